"""Pictures and tables of the declared machines, straight from the declaration.

Imports the law, never the database or the command line; `ims_fsm.diagram` is the way in for a notebook.
"""

from ims_fsm.draw.comparison import comparisons, write_comparisons
from ims_fsm.draw.diagrams import FORMATS, Diagram, diagram, draw, write_diagrams
from ims_fsm.draw.tables import transition_table
from ims_fsm.draw.theme import THEMES, Theme, theme_named

__all__ = [
    "FORMATS",
    "THEMES",
    "Diagram",
    "Theme",
    "comparisons",
    "diagram",
    "draw",
    "theme_named",
    "transition_table",
    "write_comparisons",
    "write_diagrams",
]
