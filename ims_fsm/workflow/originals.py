"""Unknown originals stated: how they were decided, of one amendment or of many at once (FAQ 13).

Imports the supplier's use cases, which write what is stated; a call states all or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.content import content_of
from ims_fsm.formats.gstn.download import Source, named
from ims_fsm.formats.originals import read_originals
from ims_fsm.formats.table import LARGEST
from ims_fsm.record.originals import StatedOriginal
from ims_fsm.record.record import Record
from ims_fsm.record.where import Where
from ims_fsm.store.connection import serialise
from ims_fsm.terms.border import checked_value, checked_word
from ims_fsm.terms.document import Document
from ims_fsm.terms.vocabulary import Disposition
from ims_fsm.workflow.proofs import LogDesk
from ims_fsm.workflow.supplier import state_original
from ims_fsm.workflow.unit import UnitOfWork


class OriginalsDesk(LogDesk):
    """What a recipient states of originals that never came here; a part of `RecipientDesk`."""

    def state_original(
        self, record_id: int, disposition: Disposition, original: Document | None = None, *, key: str | None = None
    ) -> None:
        """State how the unknown original of an amendment was decided, and its content where that is known (FAQ 13)."""
        word = checked_word(Disposition, disposition, "disposition")
        content = None if original is None else checked_value(original, Document)
        self._done(state_original, key, record_id, word, content)

    def state_originals(
        self, stated: Source | Iterable[StatedOriginal], *, where: str | None = None, key: str | None = None
    ) -> int:
        """State how many unknown originals were decided, all of them or none; returns how many.

        They are values, or a CSV table as a path, an open file or its bytes; `where` names it in errors.
        """
        if isinstance(stated, (str, bytes)) or not isinstance(stated, Iterable) or hasattr(stated, "read"):
            name, file = named(stated, where)  # type: ignore[arg-type]  # what is no list of values is a source
            stated = read_originals(content_of(file, name, LARGEST), name)
        return self._done(state_originals, key, [checked_value(entry, StatedOriginal) for entry in stated])


def state_originals(unit: UnitOfWork, recipient: str, stated: Sequence[StatedOriginal]) -> int:
    """State how many originals were decided; returns how many. Raises `InputError` with every problem; then none is."""
    serialise(unit.connection, [recipient])
    problems: list[Problem] = []
    for statement in stated:
        try:
            record = _meant(unit, recipient, statement)
            state_original(unit, recipient, record.id, statement.disposition, _original(record, statement))
        except InputError as error:
            for problem in error.problems:
                place = f"{statement.place} ({problem.where})" if statement.place else problem.where
                problems.append(Problem(place, problem.what, problem.remedy))
    if problems:
        raise InputError("originals", problems)
    return len(stated)


def _meant(unit: UnitOfWork, recipient: str, statement: StatedOriginal) -> Record:
    if statement.record_id is not None:
        return unit.record(statement.record_id, recipient)
    where = Where(number=statement.number, supplier=statement.supplier, amended=True)
    waiting = [record for record in unit.matching(recipient, where) if record.settled_in is None]
    if len(waiting) != 1:
        what = "is the number of several amendments" if waiting else "is not the number of an amendment that waits"
        raise InputError("original", [Problem(str(statement.number), what, "name it by its id, as list shows it")])
    return waiting[0]


def _original(record: Record, statement: StatedOriginal) -> Document | None:
    amends = record.document.amends
    # Where there is nothing to state, stating it says so.
    if statement.tax is None or amends is None:
        return None
    return record.document.changed(number=amends.number, date=amends.date, amends=None, tax=statement.tax)
