"""Trees as typeset mathematics: what is printed on a board, and as LaTeX or plain text."""
