"""The data column of the workspace for training: what is learned from, chosen, drawn, edited."""
