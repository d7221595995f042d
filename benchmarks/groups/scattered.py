"""A shard of recipients whose records lie where suppliers filed them, beside records that lie next to each other.

Imports the face of the engine, the fixture and the statement by hand; the lines are the same wherever records lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from benchmarks import by_hand, fixture, proof
from benchmarks.by_hand import Statement
from benchmarks.databases import Place, PostgreSQL, postgresql, sqlite
from benchmarks.fixture import SHAPES
from benchmarks.measure import Variant, interleaved, require_equal, timed
from benchmarks.result import Group, Size
from ims_fsm import IMS
from ims_fsm.store.connection import open_engine, reading, writing
from ims_fsm.terms.money import HEADS
from ims_fsm.workflow.engine import workspace_of

RECIPIENTS = {Size.SMALLEST: 6, Size.QUICK: 1_000, Size.FULL: 3_000}
SHARD = {Size.SMALLEST: 2, Size.QUICK: 100, Size.FULL: 100}
ROUNDS = {Size.SMALLEST: 1, Size.QUICK: 3, Size.FULL: 5}
EACH, OF_A_WEEK = 70, 14
# A number that looks like chance, the same in every run and on both databases.
_CHANCE = "({0}) * (({0}) % 1000003) * 104729 % 1000003"
ORDERS = {
    "beside": "recipient_gstin, id",
    "weekly": f"id % {EACH} / {OF_A_WEEK}, {_CHANCE.format(f'id / {EACH}')}, id",
    "scattered": _CHANCE.format("id"),
}
SAID = {
    "beside": "records of a recipient beside each other",
    "weekly": "in five weekly imports",
    "scattered": "scattered as suppliers file",
}
_REWRITE = (
    "CREATE TABLE kept AS SELECT * FROM ims_record",
    "DELETE FROM ims_record",
    "INSERT INTO ims_record SELECT * FROM kept ORDER BY {order}",
    "DROP TABLE kept",
)
_PLAIN = ("state", "route", "kind", "version", "supplier_status", "two_b_period", "settled_in")
_LINE = ", ".join([*_PLAIN, *HEADS, *(f"carried_{head}" for head in HEADS)])
_COVERING = f"CREATE INDEX record_for_lines ON ims_record (recipient_gstin, id) INCLUDE ({_LINE})"
_PAGES = "SELECT count(DISTINCT (ctid::text::point)[0]) FROM ims_record WHERE recipient_gstin BETWEEN :first AND :last"
_PLAN = (
    f"EXPLAIN (ANALYZE, FORMAT JSON) SELECT id, {_LINE} FROM ims_record "  # noqa: S608 -- words of ours
    "WHERE recipient_gstin BETWEEN :first AND :last"
)
_TRIES, _PAGE = 3, 8192
_INDEXED_ONLY = ("SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off")


@dataclass(frozen=True, slots=True)
class Bench:
    """Databases with the same records in other places, a shard of their recipients, and its lines by hand."""

    place: Place
    templates: dict[str, str]
    shard: tuple[str, ...]
    lines: tuple[Any, ...]

    @property
    def given(self) -> dict[str, str]:
        """The first recipient of the shard, and the last."""
        return {"first": self.shard[0], "last": self.shard[-1]}


def measure(size: Size) -> Group:
    """Measure a shard on both databases, its pages on PostgreSQL; the smallest size on SQLite alone."""
    group = Group("scattered", "A shard whose records lie where suppliers filed them")
    with ExitStack() as stack:
        places: list[Place] = [stack.enter_context(sqlite())]
        if size is not Size.SMALLEST:
            places.append(stack.enter_context(postgresql()))
        for place in places:
            with _filled(place, size) as bench:
                _swept(group, bench, size)
                if isinstance(place, PostgreSQL):
                    _pages(group, bench, RECIPIENTS[size] * EACH)
                    group.says.append(f"PostgreSQL: {place.version()}.")
    group.says.append(
        f"{RECIPIENTS[size]:,} recipients of {EACH} records, a sweep of {SHARD[size]} of them; all other groups fill "
        "the records of a recipient beside each other. Everything is in memory here: what is read cold takes as long "
        "as its pages. After each: the lines and sums in paise are those of the statement by hand, and the audit holds."
    )
    return group


@contextmanager
def _filled(place: Place, size: Size) -> Iterator[Bench]:
    templates = {name: place.empty() for name in ORDERS}
    shard = tuple(fixture.gstin(number) for number in range(1, 1 + SHARD[size]))
    for name, url in templates.items():
        with IMS(url, clock=lambda: fixture.NOW) as ims, writing(workspace_of(ims).engine) as connection:
            fixture.fill(connection, SHAPES["usual"], recipients=RECIPIENTS[size], each=EACH)
            for statement in _REWRITE:
                connection.execute(text(statement.format(order=ORDERS[name])))
        place.settled(url)
    with place.copied(templates["beside"]) as url, _opened(url) as engine, writing(engine) as connection:
        by_hand.generate(connection, Statement.WHOLE, shard)
        lines = by_hand.lines(connection, shard)
    yield Bench(place, templates, shard, lines)
    for url in templates.values():
        place.dropped(url)


def _swept(group: Group, bench: Bench, size: Size) -> None:
    samples = interleaved({name: _variant(bench, name) for name in ORDERS}, ROUNDS[size])
    name = bench.place.name
    for order in ("weekly", "scattered"):
        work = f"sweep of {len(bench.shard)} recipients, {SAID[order]}, {name}"
        group.compare(f"{name}.{order}", work, samples, ("beside", SAID["beside"]), ours=order)


def _variant(bench: Bench, order: str) -> Variant:
    def run() -> float:
        with bench.place.copied(bench.templates[order]) as url, IMS(url, clock=lambda: fixture.NOW) as ims:
            ims.sweep([fixture.gstin(0)])
            seconds, _ = timed(lambda: ims.sweep(bench.shard))
            with reading(workspace_of(ims).engine) as connection:
                require_equal(by_hand.lines(connection, bench.shard), bench.lines, "the lines of GSTR-2B")
                proof.audited(connection)
        return seconds

    return run


# --- pages, and what helps ------------------------------------------------------------------------------------------


def _pages(group: Group, bench: Bench, records: int) -> None:
    own = len(bench.shard) * EACH
    for order, url in bench.templates.items():
        with _opened(url) as engine, reading(engine) as connection:
            _told(group, (order, SAID[order]), _one(connection, _PAGES, bench), own)
    with bench.place.copied(bench.templates["scattered"]) as url, _opened(url) as engine:
        seconds, _ = timed(lambda: _alone(engine, "CLUSTER ims_record USING ims_record_pkey"))
        with reading(engine) as connection:
            _told(group, ("clustered", "scattered, then CLUSTER"), _one(connection, _PAGES, bench), own)
    group.tell("cluster", "CLUSTER by the key, for a million records", seconds * 1e6 / records, "s")
    with bench.place.copied(bench.templates["scattered"]) as url, _opened(url) as engine:
        _alone(engine, _COVERING)
        plan = _indexed(engine, bench)
        with reading(engine) as connection:
            weight = _one(connection, "SELECT pg_relation_size('record_for_lines')", bench)
    wanted = ("Index Only Scan", "record_for_lines", 0)
    came = (plan["Node Type"], plan.get("Index Name"), plan.get("Heap Fetches"))
    require_equal(came, wanted, "how the lines are read, and what of them not from the index")
    # It lies in the order of its key. Buffers would count the visibility map anew for each record.
    said = "scattered, from an index that holds what a line needs (its part of the index)"
    _told(group, ("covering", said), weight * own / records / _PAGE, own)


def _indexed(engine: Engine, bench: Bench) -> dict[str, Any]:
    """Return how the lines are read once VACUUM has seen every page; beside a running ANALYZE it leaves some."""
    plan: dict[str, Any] = {}
    for _ in range(_TRIES):
        _alone(engine, "VACUUM ANALYZE ims_record")
        with reading(engine) as connection:
            for setting in _INDEXED_ONLY:
                connection.execute(text(setting))
            plan = _one(connection, _PLAN, bench)[0]["Plan"]
        if not plan.get("Heap Fetches"):
            break
    return plan


def _told(group: Group, what: tuple[str, str], pages: float, records: int) -> None:
    key, said = what
    group.tell(f"pages.{key}", f"pages of 8 KiB that a shard of {records:,} records touches: {said}", pages, "pages")
    group.tell(f"moved.{key}", f"the same for a record: {said}", pages * _PAGE / records, "B a record")


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _alone(engine: Engine, statement: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


def _one(connection: Connection, asked: str, bench: Bench) -> Any:
    given = bench.given if ":first" in asked else {}
    return connection.execute(text(asked), given).scalar_one()
