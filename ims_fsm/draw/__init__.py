"""Pictures and tables of the declared machines, straight from the declaration.

Imports the law, never the database or the command line. The names below are loaded when they are first used, so that
a table does not wait for what draws pictures.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ims_fsm.draw.diagrams import FORMATS as FORMATS
    from ims_fsm.draw.diagrams import Style as Style
    from ims_fsm.draw.diagrams import draw as draw
    from ims_fsm.draw.diagrams import write_diagrams as write_diagrams
    from ims_fsm.draw.tables import Row as Row
    from ims_fsm.draw.tables import transition_table as transition_table
    from ims_fsm.draw.theme import THEMES as THEMES
    from ims_fsm.draw.theme import Theme as Theme
    from ims_fsm.draw.theme import theme_named as theme_named

_MODULES = {
    "FORMATS": "diagrams",
    "THEMES": "theme",
    "Row": "tables",
    "Style": "diagrams",
    "Theme": "theme",
    "draw": "diagrams",
    "theme_named": "theme",
    "transition_table": "tables",
    "write_diagrams": "diagrams",
}
__all__ = list(_MODULES)  # what the type checker sees above is held against it by a test


def __getattr__(name: str) -> Any:
    """Load a public name from its module."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
