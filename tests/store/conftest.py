"""Databases for the tests of the store, made when a test asks for one, and records written into them whole.

`engine` runs a test on SQLite in memory and on PostgreSQL; where all stores are opened on PostgreSQL, on that alone.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, insert, make_url, text

from ims_fsm.record.log import TransitionEntry
from ims_fsm.store.connection import open_engine
from ims_fsm.store.log import append
from ims_fsm.store.register import RECORD as NUMBERED
from ims_fsm.store.register import take_numbers
from ims_fsm.store.schema import prepare
from ims_fsm.store.scratch import Scratch
from ims_fsm.store.tables import ContentRow, RecordRow, TwoBLogRow, TwoBRow
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import Kind

BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
NOON = datetime(2024, 11, 12, 12, 0, tzinfo=UTC)
DESTS = {
    "accept": "accepted",
    "reject": "rejected",
    "keep_pending": "pending",
    "reset": "no_action",
    "freeze": "frozen",
}
Blank = Callable[[], Engine]
TWIN = pytest.mark.sqlite("its twin is on PostgreSQL")


@pytest.fixture
def pg_blank(pg_url: str) -> Iterator[Blank]:
    """Make engines on PostgreSQL, each in an empty schema of its own."""
    base = open_engine(pg_url)
    made: list[tuple[str, Engine]] = []

    def make() -> Engine:
        name = f"test_{os.getpid()}_{len(made)}"
        with base.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {name}"))
        url = make_url(pg_url).update_query_dict({"options": f"-csearch_path={name}"})
        made.append((name, open_engine(url.render_as_string(hide_password=False))))
        return made[-1][1]

    yield make
    for name, engine in made:
        engine.dispose()
        with base.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    base.dispose()


@pytest.fixture
def memory_blank() -> Iterator[Blank]:
    """Make engines on empty databases in memory."""
    made: list[Engine] = []

    def make() -> Engine:
        made.append(open_engine("sqlite://"))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


@pytest.fixture(params=[pytest.param("memory", marks=TWIN), "pg"])
def database(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on."""
    return request.param


@pytest.fixture
def blank(request: pytest.FixtureRequest, database: str) -> Blank:
    """Make engines on empty databases, in memory and on PostgreSQL."""
    return request.getfixturevalue(f"{database}_blank")


@pytest.fixture(scope="session")
def places() -> Iterator[Scratch]:
    """Prepared databases in memory, each a copy of the first."""
    made = Scratch()
    yield made
    made.close()


@pytest.fixture
def engine(request: pytest.FixtureRequest, database: str) -> Engine:
    """A prepared database, in memory and on PostgreSQL."""
    return request.getfixturevalue(database)


@pytest.fixture
def memory(places: Scratch) -> Iterator[Engine]:
    """A prepared database in memory."""
    with places.engine() as made:
        prepare(made)
        yield made


@pytest.fixture
def pg(databases: Any) -> Iterator[Engine]:
    """A prepared database on PostgreSQL, a copy of another."""
    name = databases.make()
    made = open_engine(databases.address(name).render_as_string(hide_password=False))
    yield made
    made.dispose()
    databases.drop([name])


@pytest.fixture(scope="session")
def pg_kept(databases: Any) -> Iterator[Engine]:
    """A prepared database on PostgreSQL that no test changes for good."""
    made = open_engine(databases.address(databases.make(lasting=True)).render_as_string(hide_password=False))
    yield made
    made.dispose()


@pytest.fixture
def pg_undone(pg_kept: Engine) -> Iterator[Connection]:
    """A connection to a prepared database on PostgreSQL on which nothing lasts."""
    yield from lost(pg_kept)


@pytest.fixture
def undone(request: pytest.FixtureRequest, database: str) -> Iterator[Connection]:
    """A connection to a prepared database, in memory and on PostgreSQL, on which nothing lasts."""
    yield from lost(request.getfixturevalue("memory" if database == "memory" else "pg_kept"))


def lost(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database of `on_file` lies."""
    return tmp_path / "ims.db"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a prepared database, to be copied."""
    path = tmp_path_factory.mktemp("template") / "ims.db"
    made = open_engine(f"sqlite:///{path}")
    prepare(made)
    made.dispose()
    return path


@pytest.fixture
def on_file(template: Path, path: Path) -> Iterator[Engine]:
    """A prepared database in a file."""
    shutil.copy(template, path)
    made = open_engine(f"sqlite:///{path}")
    yield made
    made.dispose()


@pytest.fixture
def filled(engine: Engine, write: type[Writer], request: pytest.FixtureRequest) -> Engine:
    """A prepared database, in memory and on PostgreSQL, with what the function `fill` of the test's file writes."""
    request.module.fill(engine, write)
    return engine


@pytest.fixture
def filed(on_file: Engine, write: type[Writer], request: pytest.FixtureRequest) -> Engine:
    """A prepared database in a file, with what the function `fill` of the test's file writes."""
    request.module.fill(on_file, write)
    return on_file


@pytest.fixture
def tamper(tamper: Callable[..., None], path: Path) -> Callable[..., None]:
    """Change the store of `on_file`, and so of `filed`, behind the program's back."""
    return partial(tamper, path)


@pytest.fixture(params=[pytest.param("on_file", marks=TWIN), "pg"])
def shared(request: pytest.FixtureRequest) -> Engine:
    """A prepared database that several connections can use at once, in a file and on PostgreSQL."""
    return request.getfixturevalue(request.param)


def entry(record_id: int, seq: int, trigger: str, source: str, recipient: str = BUYER) -> TransitionEntry:
    return TransitionEntry(
        recipient_gstin=recipient,
        record_id=record_id,
        seq=seq,
        trigger=trigger,
        source=source,
        dest=DESTS[trigger],
        actor="asha",
        at=NOON,
        recorded_at=NOON,
        rules=("faq.6", "faq.10.i"),
        record_version=seq,
        content_number=1,
        declaration_id=1,
        detail='{"remarks":"seen"}',
        request_key="k-1",
    )


@dataclass(frozen=True)
class Writer:
    """Writes records with their content and log, as the workflow leaves them."""

    connection: Connection

    def record(self, record_id: int, *triggers: str, recipient: str = BUYER, **columns: object) -> Document:
        document = Document(
            kind=Kind.INVOICE,
            supplier=SELLER,
            recipient=recipient,
            number=f"S/{record_id}",
            date=date(2024, 10, 5),
            taxable=10_000_000,
            tax=Heads(igst=1_800_000),
        )
        row = RecordRow(
            recipient_gstin=recipient,
            id=record_id,
            machine="invoice",
            declaration_id=1,
            kind="invoice",
            supplier_gstin=SELLER,
            number=document.number,
            document_date=document.date,
            fy="2024-25",
            taxable=document.taxable,
            igst=document.tax.igst,
            content_hash=document.content_hash,
            form="GSTR-1",
            return_period="2024-10",
            supplier_status="saved",
            route="ims",
            chain_id=record_id,
            state=DESTS[triggers[-1]] if triggers else "no_action",
            seq=len(triggers),
            version=1 + len(triggers),
            last_at=NOON,
        )
        take_numbers(self.connection, NUMBERED)
        self.connection.execute(insert(RecordRow).values({**row.model_dump(), **columns}))
        self.content(record_id, document)
        self.steps(record_id, *triggers, recipient=recipient)
        return document

    def content(self, record_id: int, document: Document, number: int = 1) -> None:
        content = json.dumps(document.content(), sort_keys=True, separators=(",", ":"))
        key = {"recipient_gstin": document.recipient, "record_id": record_id, "number": number}
        said = {"content": content, "content_hash": document.content_hash, "actor": "supplier", "at": NOON}
        self.connection.execute(insert(ContentRow).values(**key, **said, recorded_at=NOON))

    def steps(self, record_id: int, *triggers: str, recipient: str = BUYER, after: int = 0) -> None:
        source, entries = "no_action", []
        for seq, trigger in enumerate(triggers, start=1):
            entries.append(entry(record_id, seq, trigger, source, recipient))
            source = DESTS[trigger]
        append(self.connection, entries[after:])

    def two_b(self, period: str, *steps: tuple[str, str], recipient: str = BUYER) -> None:
        states = ["absent", *(dest for _, dest in steps)]
        row = TwoBRow(recipient_gstin=recipient, period=period, state=states[-1], seq=len(steps), last_at=NOON)
        self.connection.execute(insert(TwoBRow).values(**row.model_dump()))
        for seq, (trigger, dest) in enumerate(steps, start=1):
            key = {"recipient_gstin": recipient, "period": period, "seq": seq}
            moved = {"trigger": trigger, "source": states[seq - 1], "dest": dest, "actor": "clock", "at": NOON}
            self.connection.execute(insert(TwoBLogRow).values(**key, **moved, recorded_at=NOON, rules="faq.23"))


@pytest.fixture
def write() -> type[Writer]:
    """Give what writes whole records on a connection."""
    return Writer


@pytest.fixture
def step() -> Callable[..., TransitionEntry]:
    """Give what makes one entry of the transition log."""
    return entry


@pytest.fixture
def any_row() -> Callable[..., dict[str, object]]:
    """Give what makes a row that a table takes, with some columns as they are given."""
    plain = {int: 1, str: "x", bytes: b"x", bool: True, datetime: NOON, date: NOON.date()}
    words = {("ims_two_b", "state"): "draft", ("ims_reminder", "kind"): "draft_ready"}

    def make(table: Table, **columns: object) -> dict[str, object]:
        usual = {
            c.name: words.get((table.name, c.name), plain[getattr(c.type, "impl", c.type).python_type])
            for c in table.columns
        }
        return usual | columns

    return make
