"""State that views share: the session, what is trained, settings, recovery, work in slices."""
