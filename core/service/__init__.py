"""What scripts ask for, and what they are answered."""
