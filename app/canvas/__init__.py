"""The canvas: a figure's parts painted (painting), kept as scene items (items, scene), and looked at (view)."""
