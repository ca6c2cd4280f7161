"""The training panel: its controls and its views of loss, decision boundary and weights."""
