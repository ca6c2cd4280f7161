"""The scenes of lectures that travel with the program."""
