"""The canvas: a figure's parts as items of a scene (items, scene), and the view of it (view, gestures)."""
