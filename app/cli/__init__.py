"""The command line: its commands, its output, what Qt needs of the system."""
