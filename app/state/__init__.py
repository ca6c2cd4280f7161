"""State that views share: the session, settings, files on the disk, recovery, work in slices."""
