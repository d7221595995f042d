"""A town: recipients on one database with a clock that a test sets, and short words for what happens to them.

`town` runs in memory, and on PostgreSQL too where a test is marked `both`; `file_town` in a file, so that other
processes see it as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from ims_fsm import (
    IMS,
    Document,
    Filing,
    Form,
    Heads,
    Kind,
    RecipientDesk,
    SettableClock,
    Taxpayer,
    TaxpayerKind,
    TaxPeriod,
)
from ims_fsm.scheduler import Scheduler, Tick
from ims_fsm.store.connection import reading, writing
from ims_fsm.store.job_tables import JobRunRow, ReminderRow
from ims_fsm.store.reminders import Reminder
from ims_fsm.store.tables import Table, core
from ims_fsm.terms.vocabulary import ReminderKind
from ims_fsm.workflow.calendar.planning import Report, Standing
from ims_fsm.workflow.ims import Scratch

SELLER = "29AABCT1332L1ZA"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def gstin(number: int, state: str = "27") -> str:
    """Return a GSTIN of a state, with its check digit; a greater number sorts later."""
    body = f"{state}AAAPA{number:04}A1Z"
    total = sum(sum(divmod(ALPHABET.index(sign) * (1 + place % 2), 36)) for place, sign in enumerate(body))
    return body + ALPHABET[-total % 36]


@dataclass
class Town:
    """An IMS with its clock; recipients are named by their numbers."""

    url: str = "sqlite://"
    clock: SettableClock = field(default_factory=lambda: SettableClock("2024-11-09 12:00"))
    chunk: int = 3
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    ims: IMS | None = None

    def __post_init__(self) -> None:
        self.ims = self.ims or IMS(self.url, clock=self.clock)

    def at(self, moment: str) -> Town:
        self.clock.set(moment)
        return self

    def recipients(self, *numbers: int, filing: str = "monthly", since: str = "2024-10", state: str = "27") -> Town:
        for number in numbers:
            self.ims.register(
                Taxpayer(
                    gstin=gstin(number, state),
                    kind=TaxpayerKind.NORMAL,
                    filing=Filing(filing),
                    registered_from=TaxPeriod(since),
                )
            )
        return self

    def filed(self, number: int, *, period: str = "2024-10", pending: bool = False, **content: Any) -> int:
        """Have a document of a supplier filed for a recipient, and kept pending where asked."""
        given: dict[str, Any] = {
            "kind": Kind.INVOICE,
            "supplier": SELLER,
            "recipient": gstin(number),
            "number": f"S/{next(self.numbers)}",
            "date": date(2024, 10, 5),
            "taxable": 100_000,
            "tax": Heads(igst=18_000),
        }
        document = Document(**{**given, **content})
        record = self.ims.supplier(document.supplier, actor="seller").save(document, Form.GSTR_1, TaxPeriod(period))
        self.ims.supplier(SELLER, actor="seller").file(Form.GSTR_1, TaxPeriod(period))
        if pending:
            self.act("keep_pending", record)
        return record

    def act(self, trigger: str, record: int) -> None:
        self.desk_of(record).act(trigger, record)

    def desk_of(self, record: int) -> RecipientDesk:
        return self.ims.recipient(self.ims.recipient_of(record), actor="buyer")

    def file_3b(self, number: int, period: str) -> None:
        self.ims.recipient(gstin(number), actor="buyer").file_3b(TaxPeriod(period), consent=True)

    def scheduler(self, **options: Any) -> Scheduler:
        return Scheduler(self.ims, **{"chunk": self.chunk, **options})

    def ring(self, **options: Any) -> Tick:
        return self.scheduler(**options).run_once()

    def report(self) -> Report:
        return self.scheduler().status()

    def standing(self, job: str, period: str) -> Standing:
        return next(one for one in self.report().jobs if (one.job, one.period) == (job, period))

    def two_bs(self, period: str, *numbers: int) -> list[str]:
        return [
            str(self.ims.recipient(gstin(number), actor="reader").two_b(TaxPeriod(period)).two_b.state)
            for number in numbers
        ]

    def reminders(self, number: int) -> list[Reminder]:
        with reading(self.ims._workspace.engine) as connection:
            table = core(ReminderRow)
            query = (
                table.select().where(table.c.recipient_gstin == gstin(number)).order_by(table.c.at, *table.primary_key)
            )
            given = connection.execute(query.with_only_columns(*(c for c in table.c if c.name != "place"))).mappings()
            return [Reminder(**{**row, "kind": ReminderKind(row["kind"])}) for row in given]

    def reminded(self, number: int) -> list[tuple[str, str, int]]:
        return [(str(one.kind), one.subject, one.days) for one in self.reminders(number)]

    def run_rows(self, **columns: str) -> list[Any]:
        table = core(JobRunRow)
        where = [table.c[name] == value for name, value in columns.items()]
        with reading(self.ims._workspace.engine) as connection:
            return connection.execute(table.select().where(*where).order_by(*table.primary_key)).all()

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table, but the order in which they were committed."""
        return tables(self.ims)

    def breaks(self, statement: str, **values: Any) -> None:
        """Change a row behind the program's back."""
        with writing(self.ims._workspace.engine) as connection:
            assert connection.execute(text(statement), values).rowcount

    def moment(self) -> datetime:
        return self.clock()


def tables(ims: IMS) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, but the order in which they were committed."""
    with reading(ims._workspace.engine) as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(
                    table.select()
                    .with_only_columns(*(column for column in table.columns if column.name != "place"))
                    .order_by(*table.primary_key)
                )
            ]
            for table in Table.metadata.sorted_tables
        }


@pytest.fixture(scope="session")
def fresh_pg(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Give the URLs of prepared databases on PostgreSQL."""
    databases = request.getfixturevalue("databases")

    def make() -> str:
        address = databases.address(databases.make())
        return str(address.render_as_string(hide_password=False))

    return make


@pytest.fixture
def memory_town(ims_scratch: Scratch) -> Iterator[Town]:
    """A town in memory."""
    clock = SettableClock("2024-11-09 12:00")
    with ims_scratch.ims(clock=clock) as ims:
        yield Town(clock=clock, ims=ims)


@pytest.fixture
def pg_town(fresh_pg: Callable[[], str]) -> Iterator[Town]:
    """A town on PostgreSQL."""
    made = Town(fresh_pg())
    yield made
    made.ims.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `both` on PostgreSQL too."""
    if "place" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both") is not None
        metafunc.parametrize("place", ["memory", "pg"] if both else ["memory"])


@pytest.fixture
def town(request: pytest.FixtureRequest, place: str) -> Town:
    """A town without recipients, on 9 November 2024: in memory, and on PostgreSQL for a test marked `both`."""
    found: Town = request.getfixturevalue(f"{place}_town")
    return found


@pytest.fixture
def file_town(tmp_path: Path) -> Iterator[Town]:
    """A town in a file."""
    made = Town(f"sqlite:///{tmp_path / 'ims.db'}")
    # Other processes open what is really open.
    made.url = made.ims._workspace.engine.url.render_as_string(hide_password=False)
    yield made
    made.ims.close()


TWIN = pytest.mark.sqlite("its twin is on PostgreSQL")


@pytest.fixture(params=[pytest.param("file", marks=TWIN), "pg"])
def shared_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A town that other processes see too, in a file and on PostgreSQL."""
    pg = request.param == "pg"
    made = Town(request.getfixturevalue("fresh_pg")() if pg else f"sqlite:///{tmp_path / 'ims.db'}")
    yield made
    made.ims.close()


@pytest.fixture(scope="session")
def who() -> Callable[..., str]:
    """Give what makes a recipient's GSTIN of their number."""
    return gstin


@pytest.fixture(scope="session")
def staging() -> type[Town]:
    """Give what makes towns on a database by its URL."""
    return Town
