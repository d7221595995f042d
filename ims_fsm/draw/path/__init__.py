"""A record's own path on its machine's picture: where it has been, where it is, what may be done and what may not.

Imports the picture and the sheet; knows no record and no store, only the plain data of a `Highlight`.
"""

from ims_fsm.draw.path.highlight import Barrier, Highlight, Step, Way
from ims_fsm.draw.path.sheet import PathSheet, path_sheet

__all__ = ["Barrier", "Highlight", "PathSheet", "Step", "Way", "path_sheet"]
