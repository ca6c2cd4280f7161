"""Programs and trainings as scripts and models for others: NumPy, PyTorch, ONNX; figures as TikZ."""

from __future__ import annotations


def one_line(title: str) -> str:
    """A title on one line, of characters that every kind of file may hold."""
    return " ".join("".join(char if char.isprintable() else " " for char in title).split())
