"""Learning: data, networks, optimizers, and the trainer that runs a program at full speed."""
