"""Pictures and tables of the declared machines, straight from the declaration.

Imports the law, never the database or the command line.
"""

from ims_fsm.render.diagrams import FORMATS, draw, write_diagrams
from ims_fsm.render.tables import Row, transition_table

__all__ = ["FORMATS", "Row", "draw", "transition_table", "write_diagrams"]
