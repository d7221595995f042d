"""Pictures that no graph layout can draw: words of known width and shapes of known place, written as SVG.

Imports the sizes, how a citation reads and the renderer; timelines and sequences are drawn on it.
"""
