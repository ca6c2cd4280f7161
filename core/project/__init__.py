"""What is saved and what undo goes back to; files of earlier versions."""
