"""Floor 6: what tests of a backend that embeds ims_fsm need. Talks to the face alone.

`Stage` is a buyer and a seller with their desks, `SettableClock` a clock that you set, `Scratch` gives fresh databases
in memory. The pytest plugin in `ims_fsm.testing.plugin` has them as fixtures and collects scenarios as tests. The names
are loaded when they are first used: pytest loads the plugin in every run.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ims_fsm.terms.period import SettableClock as SettableClock
    from ims_fsm.testing.model import CaseModel as CaseModel
    from ims_fsm.testing.stage import Stage as Stage
    from ims_fsm.workflow.ims import Scratch as Scratch

_ROOMS = {
    "CaseModel": "testing.model",
    "Scratch": "workflow.ims",
    "SettableClock": "terms.period",
    "Stage": "testing.stage",
}
__all__ = list(_ROOMS)  # what the type checker sees above is held against it by a test


def __getattr__(name: str) -> Any:
    """Load a public name from its room."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"ims_fsm.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted({*globals(), *_ROOMS})
