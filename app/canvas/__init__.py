"""The canvas: a figure's parts painted (painting), kept as items (items, scene), and looked at (view)."""
