"""Which records a statement is about, and the scene that they share.

Imports the tables and the readings' values; runs no statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import ColumnElement, FromClause

from ims_fsm.record.facts import NO_REQUEST, Request, Scene
from ims_fsm.store.among import among
from ims_fsm.store.sql.columns import RECORD
from ims_fsm.store.sql.periods import SavedPeriod
from ims_fsm.terms.vocabulary import Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The records meant: those of some recipients that share a scene, narrowed by conditions on the record's columns.

    The scene is that of any one of them: they file as often, are of a kind that has an IMS or not alike, and their
    deadlines fall alike. `amended` says whether any of them has amendments at all; `saved` has the 2B periods of
    what is only saved by its supplier.
    """

    recipients: Sequence[str]
    scene: Scene
    amended: bool
    saved: tuple[SavedPeriod, ...] = ()
    conditions: tuple[ColumnElement[bool], ...] = ()

    def of(self, table: FromClause) -> ColumnElement[bool]:
        """Return the condition that a table's row belongs to one of the recipients."""
        column: ColumnElement[str] = table.c.recipient_gstin
        return column == self.recipients[0] if len(self.recipients) == 1 else among(column, self.recipients)

    @property
    def meant(self) -> tuple[ColumnElement[bool], ...]:
        """The conditions that a record is one of those meant."""
        return (self.of(RECORD), *self.conditions)

    def narrowed(self, *conditions: ColumnElement[bool]) -> Scope:
        """Return the scope with further conditions."""
        return replace(self, conditions=(*self.conditions, *conditions))


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """May this trigger fire on the records of a scope, with what comes with it?"""

    trigger: Trigger
    scope: Scope
    request: Request = field(default=NO_REQUEST)
