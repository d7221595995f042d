"""The credit note of October 2024 in automat, whose machines are typed: a protocol, and states that are built.

Imports automat; nothing of the package.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

MOVES = {"accept": "accepted", "reject": "rejected", "keep_pending": "pending", "reset": "no_action"}


class CreditNote(Protocol):
    """What may be done with a credit note."""

    def accept(self) -> None:
        """Accept it."""

    def reject(self) -> None:
        """Reject it."""

    def keep_pending(self) -> None:
        """Keep it pending."""

    def reset(self) -> None:
        """Take the action back."""


class Core:
    """What the machine carries with it."""

    def __init__(self) -> None:
        """Begin where a note begins."""
        self.state = "no_action"


def build() -> tuple[Any, Callable[[], str]]:
    """Return a note, and what tells its state."""
    builder: Any = import_module("automat").TypeMachineBuilder(CreditNote, Core)
    states = {name: builder.state(name) for name in ("no_action", "accepted", "rejected", "pending")}
    for source in states.values():
        for trigger, dest in MOVES.items():
            _moves(source, getattr(CreditNote, trigger), states[dest], dest)
    core = Core()
    return builder.build()(core), lambda: core.state


def _moves(source: Any, trigger: Any, dest: Any, name: str) -> None:
    @source.upon(trigger).to(dest)  # type: ignore[untyped-decorator]  # automat need not be installed
    def moved(note: CreditNote, core: Core) -> None:
        del note
        core.state = name
