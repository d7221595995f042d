"""One store under a simulated clock, and the one way in which the town calls it: whatever fails leaves nothing.

What was acknowledged is kept here in memory, to be held against the store.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import DateTime, select, text

from ims_fsm import IMS, ConflictError, InputError, Record, RefusedError, StoreError
from ims_fsm.store.connection import reading
from ims_fsm.store.log import STEPS
from ims_fsm.store.tables import CALL, LOG, Table
from ims_fsm.terms.period import SettableClock

from .faults import EndedError, Faults

LAW = Path(__file__).resolve().parents[1] / "workflow" / "cases" / "leave_request.toml"
# Where SQLite's header has its file change counter, and the counter for which its version is valid (format, 1.3).
WRITTEN = (slice(24, 28), slice(92, 96))
T = TypeVar("T")
Work = Callable[[IMS], T]
Keyed = Callable[[IMS, str], T]
Refusal = RefusedError | InputError
# How jobs were cut and tried again, and what has their moments in it: it differs where a job was met by a fault.
OF_JOBS = frozenset({"ims_job_run", "ims_counter", "ims_log_call", "ims_seal", "ims_seal_leaf"})
WHEN = frozenset({"place", "call", "outcome", "digest", "detail", "recorded_at"})


@dataclass
class Acknowledged:
    """What calls have answered: under each key the call and its answer, and how many steps of the log must be its."""

    answers: dict[str, tuple[Keyed[Any], Any]] = field(default_factory=dict)
    steps: Counter[str] = field(default_factory=Counter)
    #: The state in which an action under a key left a record, by recipient, record and number of the step.
    states: dict[tuple[str, int, int], tuple[str, str]] = field(default_factory=dict)
    filed: set[tuple[str, str]] = field(default_factory=set)


class World:
    """A store by its URL, the IMS that is open on it, and the clock."""

    def __init__(self, url: str, start: str, faults: Faults) -> None:
        self.url, self.clock, self.faults = url, SettableClock(start), faults
        self.acknowledged = Acknowledged()
        self.calls = self.keys = 0
        # Whether the last call was committed, failed all the same, and was called again.
        self.twice = False
        self.ims = self.opened()

    def opened(self) -> IMS:
        """Open the store as a program that starts does."""
        return IMS(self.url, machines=LAW, clock=self.clock)

    def restart(self) -> None:
        """The program ends, and starts again."""
        self.ims.close()
        self.ims = self.opened()

    # --- calls --------------------------------------------------------------------------------------------------------

    def call(self, work: Work[T], *, parts: bool = False) -> T | Refusal:
        """Do a call, perhaps under a fault, and return what it answers or what refuses it.

        One that fails leaves nothing, and is called again: then it does all, or where it had failed after its commit
        nothing more. With `parts` it is several transactions, of which those before the fault stay.
        """
        self.calls += 1
        self.twice = False
        fault, before = self.faults.drawn(), self.digest()
        if fault is None:
            return self._answered(work, before)
        try:
            with fault.over(self.ims._workspace.engine):
                return self._answered(work, before)
        except (StoreError, ConflictError, EndedError) as error:
            if not fault.fired:
                raise
            ended = isinstance(error, EndedError)
        finally:
            self.faults.met[fault.kind] += fault.fired
        if ended:
            self.restart()
        left = self.digest()
        assert parts or left == before or fault.kind == "committed", f"a call that failed ({fault}) left something"
        answer = self._answered(work, left)
        self.twice = left != before
        assert parts or not self.twice or self.digest() == left, f"a call that was committed ({fault}) was done twice"
        return answer

    def keyed(self, call: Keyed[T]) -> T | Refusal:
        """Do a call under a key of its own; what it answers is acknowledged."""
        self.keys += 1
        key = f"key {self.keys}"
        answer = self.call(lambda ims: call(ims, key))
        if not isinstance(answer, Refusal):
            self.acknowledged.answers[key] = (call, answer)
        return answer

    def stepped(self, steps: int) -> None:
        """The call under the newest key has so many steps in the log."""
        self.acknowledged.steps[f"key {self.keys}"] = steps

    def left(self, record: Record) -> None:
        """The call under the newest key left a record so."""
        self.acknowledged.states[record.recipient, record.id, record.seq] = (str(record.state), f"key {self.keys}")

    def broken(self, work: Callable[[IMS, Any], object]) -> None:
        """Have a call read or write a file that fails, now and then: it fails for that, and leaves nothing."""
        file = self.faults.file()
        if file is None:
            return
        before = self.digest()
        with suppress(OSError, InputError):
            work(self.ims, file)
            assert file.left > 0, "a file failed, and the call did not"
        self.faults.met["file"] += file.left <= 0
        assert self.digest() == before, "a call whose file failed left something"

    def _answered(self, work: Work[T], before: str) -> T | Refusal:
        try:
            return work(self.ims)
        except (RefusedError, InputError) as refusal:
            if self.digest() != before:
                raise AssertionError("what was refused left something") from refusal
            return refusal

    # --- what the store holds -----------------------------------------------------------------------------------------

    def digest(self) -> str:
        """Return a digest of all that the store holds: on SQLite of its pages, on PostgreSQL of its rows.

        SQLite counts in two places of page 1 how often that was written, also where what was written was taken back.
        """
        engine = self.ims._workspace.engine
        if engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(engine.url.database or "")) as connection:
                pages = bytearray(connection.serialize())
            for counter in WRITTEN:
                pages[counter] = bytes(4)
            return hashlib.blake2b(pages).hexdigest()
        tables = " UNION ALL ".join(
            f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table.name} t"  # noqa: S608 -- our tables
            for table in Table.metadata.sorted_tables
        )
        with reading(engine) as connection:
            return " ".join(str(row[0]) for row in connection.execute(text(tables)))

    def content(self, ims: IMS | None = None) -> dict[str, str]:
        """Return a digest of each table's rows, but for moments and how jobs were cut: a calm life comes to the same.

        Numbers of records count up: PostgreSQL leaves one out where a call that took it failed.
        """
        with reading((ims or self.ims)._workspace.engine) as connection:
            # Cases are numbered with records.
            ids = sorted(
                connection.execute(text("SELECT id FROM ims_record UNION ALL SELECT id FROM ims_case")).scalars()
            )
            places = {record_id: place for place, record_id in enumerate(ids, 1)}
            return {
                table.name: hashlib.blake2b("\n".join(self._rows(connection, table, places)).encode()).hexdigest()
                for table in Table.metadata.sorted_tables
                if table.name not in OF_JOBS
            }

    @staticmethod
    def _rows(connection: Any, table: Any, places: dict[int, int]) -> list[str]:
        query = STEPS if table is LOG else select(table)
        columns = [
            column
            for column in query.selected_columns
            if column.name not in WHEN and not isinstance(column.type, DateTime)
        ]
        of_records = {"record_id", "chain_id"} | ({"id"} if table.name in {"ims_record", "ims_case"} else set())
        numbers = [column.name in of_records for column in columns]
        rows = connection.execute(query.with_only_columns(*columns))
        return sorted(
            repr([places.get(value, value) if number else value for number, value in zip(numbers, row, strict=True)])
            for row in rows
        )

    def hold_acknowledged(self) -> None:
        """Assert that the store has all that was acknowledged, once."""
        kept = self.acknowledged
        with reading(self.ims._workspace.engine) as connection:
            steps = connection.execute(STEPS).all()
            calls = connection.execute(select(CALL.c.request_key, CALL.c.steps)).all()
        states = {(row.recipient_gstin, row.record_id, row.seq): (row.dest, row.request_key) for row in steps}
        assert states.items() >= kept.states.items(), "an acknowledged action is not in the log"
        counted: Counter[str] = Counter()
        for key, number in calls:
            counted[key] += number
        done = {key: counted[key] for key in kept.steps}
        assert done == kept.steps, "steps were lost or doubled"
