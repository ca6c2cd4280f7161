"""Derivatives found in other ways than by the chain rule, to check it."""
