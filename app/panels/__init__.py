"""The docks: one file, one dock, one class; each takes the session and shows it."""
