"""Programs and trained programs as ONNX models."""
