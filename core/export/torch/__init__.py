"""Programs and trainings as PyTorch scripts."""
