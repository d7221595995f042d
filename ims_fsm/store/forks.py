"""Forks: a process that is forked opens connections of its own, and leaves those of its parent alone.

Imports SQLAlchemy alone.
"""

from __future__ import annotations

import os
from weakref import WeakSet

from sqlalchemy import Engine

# The pools of a parent, kept in the child: what closes their connections would do so under the parent.
_OPENED, _INHERITED = WeakSet[Engine](), list[object]()


def apart(engine: Engine) -> Engine:
    """Have a process that is forked from now on open connections of its own; returns the engine."""
    _OPENED.add(engine)
    return engine


def _forked() -> None:
    for engine in list(_OPENED):
        _INHERITED.append(engine.pool)
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
