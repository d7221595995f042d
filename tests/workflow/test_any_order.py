"""Downloads of one IMS come to the same whatever their order: what follows is worked out from all of them."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime, timedelta
from itertools import count, permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from sqlalchemy import select

from ims_fsm import IMS, Filing, Taxpayer, TaxPeriod
from ims_fsm.record.record import Record
from ims_fsm.store import audit
from ims_fsm.store.connection import reading
from ims_fsm.store.sightings import DOWNLOAD
from ims_fsm.terms.period import SettableClock, indian

FIRST = date(2025, 11, 2)
# What the log and the numbers given out tell, and nothing else, and whose it is.
OF_THE_LOG = {"id", "chain_id", "seq", "version", "contents", "declaration_id", "document", "last_at", "content_hash"}
pytestmark = pytest.mark.slow


def _beside(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


portal = _beside("portal_history")
File, Life, Lineage = portal.File, portal.Life, portal.Lineage


class World:
    """One database, in which each order of files is imported for a recipient and two suppliers of its own."""

    def __init__(self) -> None:
        self.clock = SettableClock("2026-02-01 12:00")
        self.ims = IMS("sqlite://", clock=self.clock)
        self._numbers = count()

    def come_to(self, history: Any, files: Any, *, quarterly: int | None = None) -> Any:
        """Import files in this order, and tell what the database then holds, but for ids and log.

        Before the file of a number it becomes known that the second supplier files quarterly.
        """
        number = next(self._numbers)
        me, sellers = portal.gstin("27", number), (portal.gstin("29", number), portal.gstin("24", number))
        self.ims.register(Taxpayer(gstin=me, registered_from=TaxPeriod("2024-10"), guessed=True))
        for at, file in enumerate(files):
            if at == quarterly:
                self._is_quarterly(sellers[1])
            made = indian(datetime.combine(FIRST + timedelta(days=file.day), datetime.min.time()))
            parts = file.parts(history, me, sellers)
            self.ims.import_download(parts, gstin=me, actor="me", complete=file.complete, made_at=made)
            self.clock.set(self.clock() + timedelta(seconds=1))
        if quarterly == len(files):
            self._is_quarterly(sellers[1])
        return self.held(me, sellers)

    def _is_quarterly(self, seller: str) -> None:
        self.ims.register(Taxpayer(gstin=seller, registered_from=TaxPeriod("2024-10"), filing=Filing.QUARTERLY))

    def held(self, me: str, sellers: tuple[str, ...]) -> Any:
        desk = self.ims.recipient(me, actor="me")
        records = list(desk.records())
        names = {record.id: _name(record, sellers) for record in records}
        assert len({*names.values()}) == len(records)
        held = {
            names[record.id]: (
                {field.name: getattr(record, field.name) for field in fields(Record) if field.name not in OF_THE_LOG},
                record.document.changed(supplier="", recipient=""),
                [names[member.id] for member in desk.history(record.id).chain],
                names[record.chain_id],
            )
            for record in records
        }
        with reading(self.ims._workspace.engine) as connection:
            rows = connection.execute(select(DOWNLOAD).where(DOWNLOAD.c.recipient_gstin == me))
            downloads = sorted(tuple(row)[1:] for row in rows)
        taxpayer = self.ims.taxpayer(me)
        return held, downloads, (taxpayer.registered_from, taxpayer.guessed)


def _name(record: Record, sellers: tuple[str, ...]) -> tuple[Any, ...]:
    document = record.document
    named = () if document.amends is None else (document.amends.number, record.return_period, record.form)
    return (sellers.index(document.supplier), str(document.kind), document.number, *named)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    made = World()
    yield made
    with reading(made.ims._workspace.engine) as connection:
        assert not audit.verify(connection).faults
    made.ims.close()


# A history has up to 24 orders, each of them a database: ORDERS=300 make test-long tries as many histories.
MANY = int(os.environ.get("ORDERS", "60"))


@pytest.mark.parametrize("examples", [6, pytest.param(MANY, marks=pytest.mark.long)])
def test_every_order_of_downloads_comes_to_the_same(world, examples):
    @settings(max_examples=examples, phases=[Phase.generate, Phase.shrink], report_multiple_bugs=False)
    @given(drawn=portal.histories(most=3 if examples < MANY else 4))
    def check(drawn):
        history, files = drawn
        expected = world.come_to(history, files, quarterly=0)
        for turn, order in enumerate(permutations(files)):
            assert world.come_to(history, order, quarterly=turn % (len(files) + 1)) == expected

    check()


def once(**happens: Any) -> Any:
    return (Lineage("b2b", 0, (Life("N/1", **happens),)),)


def amended(*versions: Any) -> Any:
    return (Lineage("b2b", 0, (Life("N/1", filed=3), *versions)),)


HISTORIES = {
    "edited": once(edited=10),
    "edited after an action": once(edited=10, acted=(3, "A")),
    "edited before an action": once(edited=10, acted=(15, "R")),
    "pending": once(acted=(10, "P")),
    "deleted": once(gap=(10, 99)),
    "deleted and saved again": once(gap=(10, 30)),
    "deleted and filed": once(gap=(10, 30), filed=30),
    "filed and acted on": once(filed=10, acted=(30, "A")),
    "filed by GSTR-1A": once(turns=((0, 0), (30, 1)), filed=30),
    "filed in the next period": once(turns=((0, 0), (30, 2)), filed=30),
    "saved late": once(turns=((10, 0),), filed=20),
    "an amendment": amended(Life("N/1", turns=((10, 2),), filed=30)),
    "an amendment that moves on": amended(Life("N/1", turns=((10, 2), (20, 3)), filed=30)),
    "an amendment of another number": amended(
        Life("N/2", turns=((4, 1),), filed=5), Life("N/3", turns=((10, 2),), filed=30, names_first=False)
    ),
    "two amendments of one document": amended(
        Life("N/1", turns=((4, 1),), filed=10), Life("N/1", turns=((11, 2), (30, 3)), filed=40)
    ),
    "an amendment that is deleted and saved again in another return": amended(
        Life("N/1", turns=((4, 1), (30, 2)), gap=(10, 30), acted=(4, "R"))
    ),
    "three amendments, the last one only saved": amended(
        Life("N/1", turns=((4, 1),), filed=5, acted=(6, "P")),
        Life("N/1-2", turns=((6, 2), (8, 3)), filed=11),
        Life("N/1-2", turns=((20, 4),), edited=30, names_first=False),
    ),
}


def test_files_given_together_come_to_the_same_whatever_is_named_first(world, tmp_path):
    """They list one document twice, with other content: of those it is not the order of naming that decides."""
    me, sellers = portal.gstin("27", 9_000), (portal.gstin("29", 9_000), portal.gstin("24", 9_000))
    paths = [tmp_path / name for name in ("a.json", "b.json")]
    for path, happens in zip(paths, (once(), once(edited=0)), strict=True):
        path.write_bytes(File(5).parts(happens, me, sellers)[0])
    expected = None
    for turn, order in enumerate((paths, paths[::-1])):
        with IMS("sqlite://", clock=world.clock) as ims:
            ims.import_download(order, gstin=me, actor=str(turn))
            (record,) = ims.recipient(me, actor="me").records()
            expected = expected or record.document
            assert record.document == expected


ALL = pytest.param("all", marks=pytest.mark.long)
KEPT = (("whole", ""), ("together", ""), ("supplier", "0"))


def orders(files: tuple[Any, ...], how: str) -> list[tuple[Any, ...]]:
    """Return all orders of files but the given one, or two that turn every pair round."""
    return list(permutations(files))[1:] if how == "all" else [files[::-1], (files[1], *files[2:], files[0])]


@pytest.mark.parametrize("name", HISTORIES)
@pytest.mark.parametrize(
    ("keep", "how"),
    [(("whole", ""), "two"), *(pytest.param(keep, "all", marks=pytest.mark.long) for keep in KEPT)],
    ids=str,
)
def test_a_document_comes_to_the_same_in_every_order(world, name, keep, how):
    files = tuple(File(day, keep) for day in (5, 12, 40))
    expected = world.come_to(HISTORIES[name], files)
    for order in orders(files, how):
        assert world.come_to(HISTORIES[name], order) == expected


@pytest.mark.parametrize("how", ["two", ALL])
@pytest.mark.parametrize("name", [name for name in HISTORIES if "amendment" in name])
def test_sections_and_versions_come_in_every_order(world, name, how):
    """The original alone, amendments alone, each status alone: a chain is the same whatever of it comes first."""
    files = (File(40, ("status", "Not Filed")), File(5), File(40, ("section", "b2b")), File(12, ("status", "Filed")))
    expected = world.come_to(HISTORIES[name], files)
    for order in orders(files, how):
        assert world.come_to(HISTORIES[name], order) == expected


@pytest.mark.parametrize("last", [40, 12], ids=["shown again", "deleted"])
@pytest.mark.parametrize("name", [name for name in HISTORIES if "amendment" in name])
def test_a_section_of_amendments_may_be_whole_before_that_of_originals(world, name, last):
    """An amendment may be taken as deleted before its original is here: it is of that chain all the same (FAQ 13)."""
    amendments = [File(day, ("alone", "b2ba")) for day in (5, 12, 40) if day <= last]
    expected = world.come_to(HISTORIES[name], (File(12, ("alone", "b2b")), *amendments))
    for at in range(1, len(amendments) + 1):
        files = (*amendments[:at], File(12, ("alone", "b2b")), *amendments[at:])
        assert world.come_to(HISTORIES[name], files) == expected
