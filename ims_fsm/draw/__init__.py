"""Pictures and tables of the declared machines, straight from the declaration.

Imports the law, never the database or the command line; `ims_fsm.diagram` is the way in for a notebook. The names that
the room offers are loaded when they are first used: a table needs nothing of a picture.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ims_fsm.draw.comparison import comparisons, write_comparisons
    from ims_fsm.draw.diagrams import FORMATS, Diagram, diagram, draw, exchanged, write_diagrams
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
    "exchanged",
    "theme_named",
    "transition_table",
    "write_comparisons",
    "write_diagrams",
]
_FILES = {
    "comparison": ("comparisons", "write_comparisons"),
    "tables": ("transition_table",),
    "theme": ("THEMES", "Theme", "theme_named"),
}


def __getattr__(name: str) -> Any:
    """Load a name of the room from its file."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    file = next((file for file, names in _FILES.items() if name in names), "diagrams")
    return getattr(import_module(f"{__name__}.{file}"), name)
