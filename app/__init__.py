"""The window, the figures and the command line: everything that needs Qt."""
