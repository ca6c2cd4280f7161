"""Learning: data, networks, optimisers, and the trainer that runs a program at full speed."""
