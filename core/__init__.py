"""The engine; it knows no windows.

Reading order: notation (text to tree), ops, graph, plan, passes, steps, explain, figure.
"""
