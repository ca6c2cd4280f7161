"""The notation of lectures: text to trees, and trees to text, LaTeX and typeset mathematics."""
