"""The training lab: its controls (lab, settings) and its views (curves, boundary, weights)."""
