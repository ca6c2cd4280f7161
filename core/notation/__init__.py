"""The notation of the lecture: text to tree (lexer, reader), tree to text, LaTeX and typeset mathematics."""
