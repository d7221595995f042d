"""Who acts: an id, the roles they act in, and the taxpayers whom they reach.

Imports the field's words; asks nobody who they are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from ims_fsm.errors import InputError
from ims_fsm.terms.border import checked_actor, looked_at, unknown_taxpayer
from ims_fsm.terms.vocabulary import EVERYONE

#: The role in which the calendar acts; what it ends and drafts may be kept to it.
SCHEDULER = "scheduler"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody whom the host has authenticated; `id` is written into the log as the actor of what they do.

    `roles` are those that a law declares, or words of `Role` at the door of the HTTP API. `gstins` are the taxpayers
    whom they reach; `EVERYONE` among them is all there are, as where none are named.
    """

    id: str
    roles: Collection[str] = frozenset()
    gstins: Collection[str] = frozenset([EVERYONE])

    def __post_init__(self) -> None:
        """Keep what is given as sets."""
        for name in ("roles", "gstins"):
            given = getattr(self, name)
            object.__setattr__(self, name, given if isinstance(given, (str, frozenset)) else frozenset(given))

    def reaches(self, gstin: str) -> bool:
        """Say whether a taxpayer is among theirs."""
        return gstin in self.gstins or EVERYONE in self.gstins

    def also(self, role: str) -> Principal:
        """Return the same one in a further role."""
        return self if role in self.roles else replace(self, roles=frozenset(self.roles) | {role})


def reached(principal: Principal, gstin: str) -> str:
    """Return a taxpayer whom somebody reaches; raises `MissingError` as for one who is not registered."""
    if not principal.reaches(gstin):
        raise unknown_taxpayer(gstin)
    return gstin


#: Who acts where only something is asked.
NOBODY = Principal("")
#: Who does what the calendar owes.
CLOCK = Principal("clock", {SCHEDULER})


def read_principal(text: str) -> Principal:
    """Return who acts, written NAME or NAME:ROLE,ROLE; raises `ValueError` for anything else.

    >>> read_principal("asha:approver").roles
    frozenset({'approver'})
    """
    name, colon, roles = text.partition(":")
    words = [role.strip() for role in roles.split(",")] if colon else []
    if not all(word.isidentifier() and word.islower() for word in words):
        raise ValueError(f"{text!r} is not a name with roles; write it NAME or NAME:ROLE,ROLE, like asha:approver")
    try:
        return principal_of(Principal(name.strip(), words))
    except InputError as error:
        raise ValueError(str(error)) from error


def principal_of(actor: object) -> Principal:
    """Return who acts; a text is the id of somebody without roles. Raises `InputError` for what is neither."""
    if not isinstance(actor, Principal):
        return Principal(checked_actor(actor))
    checked_actor(actor.id)
    for name in ("roles", "gstins"):
        looked_at("actor", lambda border, name=name: border.several(name, getattr(actor, name)))  # type: ignore[misc]
    return actor
