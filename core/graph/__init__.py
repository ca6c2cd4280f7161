"""Trees and shapes become an immutable graph, and that a plan: an ordered list of instructions."""
