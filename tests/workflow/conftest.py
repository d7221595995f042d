"""An IMS with a clock that a test sets, a buyer and a seller, and short words for what they do.

`stage` runs in memory, on one connection that is set back for each test, or, where stores are opened on PostgreSQL, on
a copy of one database; `on_pg` on PostgreSQL always.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
from sqlalchemy import event, select

from ims_fsm import IMS, Document, Form, Heads, TaxPeriod, testing
from ims_fsm.errors import InputError
from ims_fsm.law.hooks import Hooks
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Told
from ims_fsm.store import audit
from ims_fsm.store.connection import reading
from ims_fsm.store.log import STEPS
from ims_fsm.store.tables import CALL, LOG, Table
from ims_fsm.terms.period import SettableClock
from ims_fsm.terms.vocabulary import State, SupplierStatus
from ims_fsm.workflow.desks import RecipientDesk
from tests.databases import schema

QUARTERLY, OTHER = "33AAACP7879D1ZM", "24AAACC1206D1ZM"

OCTOBER = TaxPeriod("2024-10")


# What a download changes that shows nothing new.
WHEN_SHOWN = frozenset({"portal_seen_at", "ims_download"})


@dataclass(frozen=True)
class Seen:
    """A record as the portal shows it."""

    document: Document
    supplier_status: SupplierStatus = SupplierStatus.SAVED
    action: State = State.NO_ACTION
    form: Form = Form.GSTR_1
    return_period: TaxPeriod = OCTOBER
    reduction_blocked: bool | None = None
    itc_reduction: str | None = None
    declared: Heads | None = None
    remarks: str | None = None
    portal_hash: str | None = None
    itc_period: TaxPeriod | None = None


@dataclass(frozen=True)
class Effects:
    """What taking in a download did, by record id."""

    new: tuple[int, ...] = ()
    filed: tuple[int, ...] = ()
    edited: tuple[int, ...] = ()
    reset: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()
    deleted: tuple[int, ...] = ()
    restored: tuple[int, ...] = ()
    adopted: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()
    conflicts: tuple[int, ...] = ()
    unchanged: int = 0
    contradictions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Stage(testing.Stage):
    """The stage of the public package, and what tests of the workflow look inside for."""

    quarterly: ClassVar[str] = QUARTERLY
    other: ClassVar[str] = OTHER
    seen: ClassVar[type[Seen]] = Seen
    told: ClassVar[type[Effects]] = Effects
    when_shown: ClassVar[frozenset[str]] = WHEN_SHOWN

    def __init__(self, url: str = "sqlite://", ims: IMS | None = None) -> None:
        """Open a database by its URL, or take over an IMS on a database where both are registered."""
        clock = SettableClock("2024-11-09 12:00")
        if ims is None:
            super().__init__(IMS(url, clock=clock), clock)
        else:
            self.ims, self.clock, self._numbers = ims, clock, count(1)
            ims.clock, ims.hooks = clock, Hooks(ims.book.law)

    @property
    def url(self) -> str:
        """The database's address, for a second IMS on it."""
        return self.ims._workspace.engine.url.render_as_string(hide_password=False)

    @property
    def now(self) -> datetime:
        """The moment of the clock."""
        return self.clock()

    @now.setter
    def now(self, moment: datetime) -> None:
        self.clock.set(moment)

    def desk_of(self, record_id: int) -> RecipientDesk:
        """The desk of whoever received a record."""
        return self.ims.recipient(self.ims.recipient_of(record_id), actor="buyer")

    def act(self, trigger: str, record_id: int, **request: Any) -> Record:
        return self.desk_of(record_id).act(trigger, record_id, **request)

    def draft(self, period: str = "2024-10", gstin: str = testing.Stage.buyer) -> None:
        self.ims.recipient(gstin, actor="buyer").generate_2b(TaxPeriod(period), consent=True)

    def receive(self, *shown: Seen, complete: frozenset[str] = frozenset()) -> Effects:
        named: dict[str, list[int]] = {}
        self.now += timedelta(milliseconds=1)

        def each(what: str, record_id: int) -> None:
            named.setdefault(what, []).append(record_id)

        done = self.ims.recipient(self.buyer, actor="portal").receive(shown, complete=complete, each=each)
        assert all(getattr(done, what) == len(ids) for what, ids in named.items())
        assert done.examples == {what: tuple(ids[:10]) for what, ids in named.items()}
        ids = {what: tuple(sorted(ids)) for what, ids in named.items()}
        codes = tuple(against.code for against in done.contradictions)
        return Effects(**ids, unchanged=done.unchanged, contradictions=codes, notes=done.notes)

    def again(self, *shown: Seen, complete: frozenset[str] = frozenset()) -> Effects:
        """Take the same in once more, a minute later, and prove that nothing differs but when it was last shown."""
        before = self.tables(but=WHEN_SHOWN)
        self.now += timedelta(minutes=1)
        done = self.receive(*shown, complete=complete)
        assert self.tables(but=WHEN_SHOWN) == before
        same = {"kept": done.kept, "contradictions": done.contradictions, "notes": done.notes}
        assert done == Effects(unchanged=len(shown), **same)
        return done

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Give a list that takes up every statement that the block runs."""
        run: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            run.append(statement)

        event.listen(self.ims._workspace.engine, "before_cursor_execute", note)
        try:
            yield run
        finally:
            event.remove(self.ims._workspace.engine, "before_cursor_execute", note)

    def states(self) -> dict[int, str]:
        return {record.id: str(record.state) for record in self.desk.records()}

    def record(self, record_id: int) -> Record:
        return self.desk_of(record_id).record(record_id)

    def log(self, record_id: int) -> list[str]:
        return [entry.trigger for entry in self.desk_of(record_id).history(record_id).transitions]

    def totals(self, period: str = "2024-10", gstin: str = testing.Stage.buyer) -> dict[str, Heads]:
        return self.ims.recipient(gstin, actor="reader").two_b(TaxPeriod(period)).totals

    def left_out(self, period: str = "2024-10", gstin: str = testing.Stage.buyer) -> dict[int, str]:
        desk = self.ims.recipient(gstin, actor="reader")
        given = list(desk.left_out(TaxPeriod(period)))
        groups = {group.reason: group.records for group in desk.two_b(TaxPeriod(period), with_lines=False).left_out}
        assert groups == Counter(out.reason for out in given)
        return {out.record.id: out.rule for out in given}

    def tables(self, but: Collection[str] = ()) -> Mapping[str, list[tuple[Any, ...]]]:
        """Return every row of every table, by key; a place is each database's own, and what is named is left out."""
        with reading(self.ims._workspace.engine) as connection:
            return {
                table.name: [
                    tuple(row)
                    for row in connection.execute(
                        (
                            STEPS
                            if table is LOG
                            else select(*(column for column in table.c if column.name not in {"place", *but}))
                        ).order_by(*table.primary_key)
                    )
                ]
                for table in Table.metadata.sorted_tables
                if table is not CALL and table.name not in but
            }

    def faults(self) -> tuple[object, ...]:
        with reading(self.ims._workspace.engine) as connection:
            return audit.verify(connection, book=self.ims.book).faults

    @contextmanager
    def refused(self, code: str, rule: str) -> Iterator[list[Told]]:
        """Expect a refusal with this code that cites this rule, and that nothing is written by it."""
        before = self.tables()
        with super().refused(code, rule) as refusals:
            yield refusals
        assert self.tables() == before

    @contextmanager
    def unreadable(self, *sentences: str) -> Iterator[None]:
        """Expect an `InputError` with these problems, and that nothing is written by it."""
        before = self.tables()
        with pytest.raises(InputError) as caught:
            yield
        assert [str(problem) for problem in caught.value.problems] == [*sentences]
        assert self.tables() == before


@pytest.fixture
def pg_place(pg_url: str) -> Iterator[str]:
    """The URL of an empty schema on PostgreSQL."""
    with schema(pg_url, f"workflow_{os.getpid()}") as url:
        yield url


@pytest.fixture(scope="module")
def pg_race(pg_url: str) -> Iterator[str]:
    """The URL of an empty schema on PostgreSQL, for a whole module."""
    with schema(pg_url, f"race_{os.getpid()}") as url:
        yield url


@pytest.fixture(scope="session")
def fresh(request: pytest.FixtureRequest) -> Iterator[Callable[[], Stage]]:
    """Give what makes stages, on 9 November 2024; each takes the database of the one before."""
    first = Stage()
    if first.ims._workspace.engine.dialect.name == "postgresql":
        yield from _copies(first, request.getfixturevalue("databases"))
        return
    with closing(sqlite3.connect(":memory:")) as template:
        _driver(first.ims).backup(template)

        def make() -> Stage:
            template.backup(_driver(first.ims))
            return Stage(ims=first.ims)

        yield make
    first.ims.close()


def _copies(first: Stage, databases: Any) -> Iterator[Callable[[], Stage]]:
    template = first.ims._workspace.engine.url.database
    first.ims.close()
    last: list[tuple[IMS, str]] = []

    def end() -> None:
        for ims, name in last:
            ims.close()
            databases.drop([name])
        last.clear()

    def make() -> Stage:
        end()
        name = databases.make(template)
        last.append((IMS(databases.address(name).render_as_string(hide_password=False)), name))
        return Stage(ims=last[0][0])

    yield make
    end()


def _driver(ims: IMS) -> sqlite3.Connection:
    with ims._workspace.engine.connect() as connection:
        driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


@pytest.fixture(scope="session")
def lived(fresh: Callable[[], Stage]) -> Iterator[Callable[[Callable[[Stage], None]], Stage]]:
    """Give what makes stages on which something was done; in memory it is done once, and copied."""
    with ExitStack() as closing_all:
        kept: dict[Callable[[Stage], None], tuple[sqlite3.Connection, datetime]] = {}

        def make(live: Callable[[Stage], None]) -> Stage:
            stage = fresh()
            if live in kept:
                copy, stage.now = kept[live]
                copy.backup(_driver(stage.ims))
                return stage
            live(stage)
            if stage.ims._workspace.engine.dialect.name == "sqlite":
                copy = closing_all.enter_context(closing(sqlite3.connect(":memory:")))
                _driver(stage.ims).backup(copy)
                kept[live] = copy, stage.now
            return stage

        yield make


@pytest.fixture
def stage(fresh: Callable[[], Stage]) -> Stage:
    """A stage in memory, on 9 November 2024."""
    return fresh()


@pytest.fixture
def on_pg(pg_place: str) -> Iterator[Stage]:
    """A stage on PostgreSQL."""
    made = Stage(pg_place)
    yield made
    made.ims.close()


@pytest.fixture(scope="session")
def staging() -> type[Stage]:
    """Give what makes stages on a database by its URL."""
    return Stage
