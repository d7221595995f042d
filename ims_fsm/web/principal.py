"""Who is at the door: an id, roles, and the taxpayers whose records they may reach; which role may call what.

Imports the field's words; asks nobody who they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ims_fsm.terms.vocabulary import EVERYONE, Role

__all__ = ["EVERYONE", "Principal", "access"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Somebody whom the host has authenticated; `id` is written into the log as the actor of what they do.

    `roles` are words of `Role`. `gstins` are the taxpayers whom they act for; `EVERYONE` among them is all there are.
    """

    id: str
    roles: Collection[Role | str]
    gstins: Collection[str]

    def reaches(self, gstin: str) -> bool:
        """Say whether a taxpayer is among theirs."""
        return gstin in self.gstins or EVERYONE in self.gstins


@cache
def access() -> Mapping[str, frozenset[Role]]:
    """Return which roles may call each operation, as `access.toml` declares it."""
    declared = tomllib.loads(Path(__file__).with_name("access.toml").read_text("utf-8"))
    return {operation: frozenset(map(Role, roles.split())) for operation, roles in declared.items()}
