"""The unit of work: one transaction, one moment, one actor, and what a use case needs to read and log in it.

Imports the store and the law; knows no single use case.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.hooks import Hooks
from ims_fsm.record.log import TransitionEntry
from ims_fsm.record.record import Record
from ims_fsm.record.scene import Scene
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.record.where import Where
from ims_fsm.store import log, records, register, taxpayers, versions
from ims_fsm.store.connection import Connection, serialise
from ims_fsm.store.records import Found
from ims_fsm.store.register import declaration_id
from ims_fsm.terms.border import checked_id
from ims_fsm.terms.vocabulary import Filing


@dataclass(slots=True)
class UnitOfWork:
    """One transaction of one actor at one moment; `now` is aware and in UTC.

    `declarations` holds the ids of the machines' declarations that were read in it, `remembered` those of units before;
    `undrafted` the recipients who are held and have no GSTR-2B in draft.
    """

    connection: Connection
    book: LawBook
    hooks: Hooks
    now: datetime
    actor: str
    request_key: str | None = None
    remembered: Mapping[str, int] = field(default_factory=dict)
    declarations: dict[str, int] = field(default_factory=dict)
    undrafted: set[str] = field(default_factory=set)
    _taxpayers: dict[str, Taxpayer | None] = field(default_factory=dict)
    _scenes: dict[str, Scene] = field(default_factory=dict)
    _log: list[TransitionEntry] = field(default_factory=list)

    def taxpayer(self, gstin: str) -> Taxpayer:
        """Return a taxpayer; raises `InputError` for one that is not registered here."""
        registered = self._known(gstin)
        if registered is None:
            problem = Problem(gstin, "is not a taxpayer known here", "register it first: ims-fsm taxpayer " + gstin)
            raise InputError("taxpayer", [problem])
        return registered

    def know(self, gstins: Collection[str]) -> None:
        """Read these taxpayers at once, so that none of them is read alone."""
        self._taxpayers |= taxpayers.find_many(self.connection, gstins)

    def filing_of(self, gstin: str) -> Filing:
        """Return how often a taxpayer files; monthly where the taxpayer is not known here."""
        registered = self._known(gstin)
        return Filing.MONTHLY if registered is None else registered.filing

    def scene(self, recipient: str) -> Scene:
        """Return what a recipient's records are read against in this unit."""
        if recipient not in self._scenes:
            self._scenes[recipient] = Scene(
                now=self.now, book=self.book, recipient=self.taxpayer(recipient), suppliers=_WhenAsked(self._known)
            )
        return self._scenes[recipient]

    def record(self, record_id: int, recipient: str | None = None) -> Record:
        """Return a record; raises `InputError` for an id that is not here, or not this recipient's."""
        return self._found(record_id, recipient).record

    def matching(self, recipient: str, where: Where) -> Iterator[Record]:
        """Give a recipient's records that match, by id; raises `InputError` for one who is not registered."""
        self.taxpayer(recipient)
        matching = records.search(self.connection, recipient, where)
        if where.expected_period is None:
            return matching
        scene = self.scene(recipient)
        return (record for record in matching if scene.expected_period(record) == where.expected_period)

    def held(self, record_id: int, recipient: str | None = None, supplier: str | None = None) -> Record:
        """Return a record to write on, with its recipient's records held.

        Raises `InputError` for an id that is not here, or not one of this recipient's or supplier's.
        """
        if recipient is None:
            records.hold(self.connection, checked_id(record_id))
        else:
            serialise(self.connection, [recipient])
        read = self._found(record_id, recipient, supplier)
        if not read.drafted:
            self.undrafted.add(read.record.recipient)
        return read.record

    def chains_of(self, chosen: Iterable[Record]) -> dict[int, Sequence[Record]]:
        """Return the version chain of each record, by record id.

        Only chains with an amendment among the records are read; any other record stands for its own chain.
        """
        given = list(chosen)
        wanted: dict[str, set[int]] = {}
        for record in given:
            if record.document.amends is not None:
                wanted.setdefault(record.recipient, set()).add(record.chain_id)
        loaded: dict[int, list[Record]] = {}
        for recipient, chain_ids in wanted.items():
            loaded |= versions.chains(self.connection, recipient, chain_ids)
        return {record.id: loaded.get(record.chain_id, [record]) for record in given}

    def chain_of(self, record: Record) -> Sequence[Record]:
        """Return the version chain of one record, oldest first."""
        return self.chains_of([record])[record.id]

    def take_ids(self, count: int) -> int:
        """Return the first of so many new record ids."""
        return register.take_numbers(self.connection, "record", count)

    def declaration_id(self, machine: str) -> int:
        """Return the id under which the machine's declaration, as it is now, is kept in the store."""
        if machine not in self.declarations:
            kept = declaration_id(self.connection, self.book.law.machine(machine), self.now)
            self.declarations[machine] = kept
        return self.declarations[machine]

    def moved(
        self, before: Record, trigger: str, dest: str, rules: Sequence[str], detail: Mapping[str, Any] | None = None
    ) -> TransitionEntry:
        """Note a transition that fired, to be written to the log with `write`; returns its entry."""
        entry = TransitionEntry(
            recipient_gstin=before.recipient,
            record_id=before.id,
            seq=before.seq + 1,
            trigger=trigger,
            source=str(before.state),
            dest=dest,
            actor=self.actor,
            at=self.now,
            rules=tuple(rules),
            record_version=before.version,
            content_number=before.contents,
            declaration_id=self._declaration_read(before),
            detail=json.dumps(detail, sort_keys=True, default=str) if detail else None,
            request_key=self.request_key,
        )
        self._log.append(entry)
        return entry

    def write(self, changes: Sequence[tuple[Record, Record]]) -> None:
        """Write changed records, each by the version its guards read, and the transitions noted since."""
        records.update_all(self.connection, changes)
        log.append(self.connection, self._log)
        self._log = []

    def _found(self, record_id: int, recipient: str | None = None, supplier: str | None = None) -> Found:
        read = records.find_with_recipient(self.connection, checked_id(record_id))
        # Another's record is answered like one that does not exist, so that nobody can tell the two apart.
        if (
            read is None
            or recipient not in {None, read.record.recipient}
            or supplier not in {None, read.record.document.supplier}
        ):
            raise _no_record(record_id)
        self._taxpayers[read.record.recipient] = read.recipient
        return read

    def _declaration_read(self, record: Record) -> int:
        # An id remembered from an earlier unit is good where the record itself says so; else the store is asked.
        if self.remembered.get(record.machine) == record.declaration_id:
            return record.declaration_id
        return self.declaration_id(record.machine)

    def _known(self, gstin: str) -> Taxpayer | None:
        if gstin not in self._taxpayers:
            self._taxpayers[gstin] = taxpayers.find(self.connection, gstin)
        return self._taxpayers[gstin]


def _no_record(record_id: int) -> InputError:
    return InputError("record", [Problem(str(record_id), "is not a record here", "see ims-fsm list")])


@dataclass(frozen=True, slots=True)
class _WhenAsked:
    """How often suppliers file, each read when they are asked for: a recipient has few of all that there are."""

    registered: Callable[[str], Taxpayer | None]

    def get(self, gstin: str, default: Filing, /) -> Filing:
        taxpayer = self.registered(gstin)
        return default if taxpayer is None else taxpayer.filing
