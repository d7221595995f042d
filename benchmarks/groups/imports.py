"""Importing a download of the portal, from the file to the commit, beside bare writing of the same rows.

Imports the way in of the portal's files, the generator of downloads and the prepared rows.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from benchmarks import proof
from benchmarks.alone import peak_of
from benchmarks.databases import Place, PostgreSQL, postgresql, sqlite
from benchmarks.fixture import CONTENTS
from benchmarks.measure import interleaved, require_equal, timed
from benchmarks.portal_json import write_download
from benchmarks.prepared import PostgreSQLRows, SQLiteRows
from benchmarks.proof import Standing
from benchmarks.result import Group, Size
from ims_fsm import IMS
from ims_fsm.store.connection import open_engine, reading

SIZES = {Size.SMALLEST: (200,), Size.QUICK: (10_000, 50_000), Size.FULL: (100_000, 1_000_000)}
ROUNDS = {200: 1, 10_000: 3, 50_000: 2, 100_000: 3, 1_000_000: 2}
GSTIN = "27AAPFU0939F1ZV"
NOW = datetime(2024, 11, 9, 6, 30, tzinfo=UTC)
GOAL, GOAL_MEMORY = 2.0, 300.0
GOAL_CORES = {"PostgreSQL": 70.0}
_MANY = max(SIZES[Size.FULL])
_TAXABLE = re.compile(rb'"txval":(\d+)\.(\d\d)')


@dataclass(frozen=True, slots=True)
class Bench:
    """A download, an empty database with its tables, what must stand there, and the same rows prepared."""

    place: Place
    template: str
    download: Path
    rows: SQLiteRows | PostgreSQLRows
    wanted: Standing


def measure(size: Size) -> Group:
    """Measure every size on both databases; the smallest size on SQLite alone."""
    group = Group("imports", "Import a download of the portal")
    with ExitStack() as stack:
        places: list[Place] = [stack.enter_context(sqlite())]
        if size is not Size.SMALLEST:
            places.append(stack.enter_context(postgresql()))
        for place in places:
            _on(place, group, size)
            if isinstance(place, PostgreSQL):
                group.says.append(f"PostgreSQL: {place.version()}.")
    group.says.append(
        "Ours reads the file, checks every field, finds chains and routes, writes records, contents and log. The "
        "baseline writes the rows that came of it, already prepared, into the same tables in one transaction. "
        "After each: records, contents, log, every sum in paise; and the taxable value that the file's text adds up to."
    )
    return group


def import_file(url: str, path: Path) -> int:
    """Import a download into a database; returns how many records it showed."""
    with IMS(url, clock=lambda: NOW) as ims:
        return ims.import_download(path, path.name, actor="benchmark").records


def import_alone(url: str, path: str) -> None:
    """Do ours in a process of its own, for its memory."""
    import_file(url, Path(path))


def _on(place: Place, group: Group, size: Size) -> None:
    seconds: dict[int, float] = {}
    for records in SIZES[size]:
        with tempfile.TemporaryDirectory() as folder, _prepared(place, Path(folder), records) as bench:
            variants = {"ours": partial(_ours, bench), "bare": partial(_bare, bench)}
            samples = interleaved(variants, ROUNDS[records])
            with place.copied(bench.template) as url:
                peak = peak_of("benchmarks.groups.imports:import_alone", url, str(bench.download))
                proof.sound(url)
        work, full = f"import {records:,} records, {place.name}", records == _MANY
        seconds[records] = min(samples["ours"])
        goal = GOAL if full else None
        group.compare(f"{place.name}.{records}", work, samples, ("bare", bench.rows.says), goal=goal)
        micros = 1e6 * min(samples.cores["ours"]) / records
        most = GOAL_CORES.get(place.name) if full else None
        group.tell(f"{place.name}.cores.{records}", f"a record on cores, client and server: {work}", micros, "µs", most)
        group.tell(f"{place.name}.memory.{records}", f"peak memory, {work}", peak, "MiB", GOAL_MEMORY if full else None)
        group.tell(f"{place.name}.rate.{records}", f"ours, {work}", records / seconds[records], "records/s")
    group.grows(f"{place.name}.growth", f"import, {place.name}", seconds)


@contextmanager
def _prepared(place: Place, folder: Path, records: int) -> Iterator[Bench]:
    download = folder / "download.json"
    require_equal(write_download(download, records, gstin=GSTIN, shape="ordinary", seed=1), records, "the download")
    template = place.empty()
    IMS(template, clock=lambda: NOW).close()
    with place.copied(template) as url:
        require_equal(import_file(url, download), records, "the records that the import showed")
        wanted = _standing(url, records)
        require_equal(wanted.sums[0], _taxable_of(download), "the taxable value, in paise")
        rows = SQLiteRows(url, folder) if place.name == "SQLite" else PostgreSQLRows(url, folder)
    yield Bench(place, template, download, rows, wanted)
    place.dropped(template)


def _ours(bench: Bench) -> float:
    with bench.place.copied(bench.template) as url:
        seconds, _ = timed(lambda: import_file(url, bench.download))
        require_equal(_standing(url, bench.wanted.records), bench.wanted, "what the import left")
    return seconds


def _bare(bench: Bench) -> float:
    with bench.place.copied(bench.template) as url:
        seconds = bench.rows.write(url)
        require_equal(_standing(url, bench.wanted.records), bench.wanted, "what the bare writing left")
    return seconds


def _standing(url: str, records: int) -> Standing:
    engine = open_engine(url)
    try:
        with reading(engine) as connection:
            found = proof.standing(connection, GSTIN)
            contents = connection.execute(select(func.count()).select_from(CONTENTS)).scalar_one()
        require_equal((found.records, contents), (records, records), "records and contents")
        return found
    finally:
        engine.dispose()


def _taxable_of(download: Path) -> int:
    with download.open("rb") as file:
        return sum(100 * int(rupees) + int(paise) for line in file for rupees, paise in _TAXABLE.findall(line))
