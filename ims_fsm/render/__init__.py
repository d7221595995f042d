"""Pictures and tables of the declared machines, straight from the declaration.

Imports the law, never the database or the command line.
"""

from ims_fsm.render.diagrams import Style, draw, write_diagrams
from ims_fsm.render.formats import FORMATS
from ims_fsm.render.tables import Row, transition_table
from ims_fsm.render.theme import THEMES, Theme, theme_named

__all__ = ["FORMATS", "THEMES", "Row", "Style", "Theme", "draw", "theme_named", "transition_table", "write_diagrams"]
