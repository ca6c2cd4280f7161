"""The engine: numpy, networkx and the standard library; it knows no windows.

Reading order: notation (text to tree), ops, graph, plan, passes, steps, explain, figure.
"""
