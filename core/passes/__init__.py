"""Plans run one instruction at a time: every step recorded, seeded, explained, unfolded."""
