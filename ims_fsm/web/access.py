"""Which role may call which operation of the HTTP API, and see which screen.

Imports the field's words; asks nobody who they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from ims_fsm.terms.vocabulary import Role

#: Stands for every role in `access.toml`, also one that only a law of a host declares.
ANYBODY = "*"


@cache
def access() -> Mapping[str, frozenset[str]]:
    """Return which roles may call each operation, as `access.toml` declares it; all where anybody may."""
    declared = tomllib.loads(Path(__file__).with_name("access.toml").read_text("utf-8"))
    anybody = frozenset([ANYBODY, *Role])
    return {
        operation: anybody if roles == ANYBODY else frozenset(map(Role, roles.split()))
        for operation, roles in declared.items()
    }


def admits(operation: str, roles: Collection[str]) -> bool:
    """Say whether somebody in these roles may call an operation."""
    allowed = access()[operation]
    return ANYBODY in allowed or not allowed.isdisjoint(roles)
