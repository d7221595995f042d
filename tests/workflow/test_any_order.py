"""Downloads of one IMS come to the same whatever their order: what follows is worked out from all of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ims_fsm import IMS, Taxpayer, TaxPeriod
from ims_fsm.record.record import Record
from ims_fsm.store import audit
from ims_fsm.store.connection import reading
from ims_fsm.terms.period import SettableClock, indian

ME = "27AAPFU0939F1ZV"
SELLERS = ("29AABCT1332L1ZA", "24AAACC1206D1ZM")
FIRST = date(2025, 11, 2)
DAYS = 50
# What the log and the numbers given out tell, and nothing else: the order of the files is theirs.
OF_THE_LOG = {"id", "chain_id", "amends_id", "seq", "version", "contents", "declaration_id"}


@dataclass(frozen=True)
class Life:
    """What happens to a document on the portal, by the day counted from the first; None is never."""

    kind: str
    seller: str
    number: str
    saved: int
    edited: int | None
    deleted: int | None
    filed: int | None
    acted: tuple[int, str] | None
    filed_form: tuple[str, str] = ("R1", "102025")

    def row(self, day: int) -> dict[str, Any] | None:
        """Return what the portal shows of it on a day."""
        filed = self.filed is not None and day >= self.filed
        if day < self.saved or (self.deleted is not None and day >= self.deleted and not filed):
            return None
        edited = self.edited is not None and day >= self.edited
        acted = self.acted is not None and day >= self.acted[0] and not (edited and self.acted[0] < self.edited)
        form, period = self.filed_form if filed else ("R1", "102025")
        note = self.kind == "b2bcn"
        return {
            "stin": self.seller,
            ("nt_num" if note else "inum"): self.number,
            ("nt_dt" if note else "idt"): "25-10-2025",
            "txval": 2000 if edited else 1000,
            "val": 2360 if edited else 1180,
            "iamt": 360 if edited else 180,
            "pos": "27",
            "srcform": form,
            "rtnprd": period,
            "srcfilstatus": "Filed" if filed else "Not Filed",
            "action": self.acted[1] if acted else "N",
        }


@dataclass(frozen=True)
class File:
    """Files given together of what the portal shows on a day, and whether they are said to be complete."""

    day: int
    parts: tuple[str, ...]
    complete: bool

    @property
    def made_at(self) -> datetime:
        return indian(datetime.combine(FIRST + timedelta(days=self.day), datetime.min.time()))


def portal(lives: tuple[Life, ...], day: int, keep: Any = lambda _: True) -> str:
    """Return a download of a day, with those of its rows that are kept; both sections are in it."""
    sections: dict[str, list[Any]] = {"b2b": [], "b2bcn": []}
    for life in lives:
        row = life.row(day)
        if row is not None and keep(row):
            sections[life.kind].append(row)
    return json.dumps({"gstin": ME, "data": sections})


def come_to(files: tuple[File, ...]) -> Any:
    """Import files in this order and tell what the database then holds, but for ids and log."""
    clock = SettableClock("2026-02-01 12:00")
    with IMS("sqlite://", clock=clock) as ims:
        ims.register(Taxpayer(gstin=ME, registered_from=TaxPeriod("2024-10"), guessed=True))
        for file in files:
            sources = [part.encode() for part in file.parts]
            ims.import_download(sources, gstin=ME, actor="me", complete=file.complete, made_at=file.made_at)
            clock.set(clock() + timedelta(seconds=1))
        with reading(ims._workspace.engine) as connection:
            assert not audit.verify(connection).faults
        records = list(ims.recipient(ME, actor="me").records())
        by_id = {record.id: name_of(record) for record in records}
        assert len({*by_id.values()}) == len(records)
        held = {
            by_id[record.id]: (
                {field.name: getattr(record, field.name) for field in fields(Record) if field.name not in OF_THE_LOG},
                by_id[record.chain_id],
                by_id.get(record.amends_id),
            )
            for record in records
        }
        return held, ims.taxpayer(ME)


def name_of(record: Record) -> tuple[str, str, str]:
    return record.document.supplier, str(record.document.kind), record.document.number


@st.composite
def lives(draw: Any) -> tuple[Life, ...]:
    days = st.integers(0, DAYS)
    never = st.none()
    return tuple(
        Life(
            kind=draw(st.sampled_from(["b2b", "b2bcn"])),
            seller=draw(st.sampled_from(SELLERS)),
            number=f"N/{number}",
            saved=draw(st.integers(0, 20)),
            edited=draw(never | st.integers(5, 25)) if (filed := draw(never | st.integers(25, DAYS))) is None else None,
            deleted=draw(never | days) if filed is None else draw(never | st.integers(21, 24)),
            filed=filed,
            acted=draw(never | st.tuples(days, st.sampled_from("ARP"))),
            filed_form=draw(st.sampled_from([("R1", "102025"), ("R1A", "102025"), ("R1", "112025")])),
        )
        for number in range(draw(st.integers(1, 4)))
    )


@st.composite
def downloads(draw: Any) -> tuple[File, ...]:
    """Files of one portal: whole, in parts given together, filtered by status or section; some of the same day."""
    told = draw(lives())
    files = []
    for _ in range(draw(st.integers(2, 4))):
        day = draw(st.sampled_from([5, 9, 10, 11, 12, 20, 22, 30, 40, 41, DAYS]))
        match draw(st.sampled_from(["whole", "parts", "status", "supplier"])):
            case "whole":
                files.append(File(day, (portal(told, day),), complete=True))
            case "parts":
                halves = tuple(portal(told, day, lambda row, s=s: row["stin"] == s) for s in SELLERS)
                files.append(File(day, halves, complete=False))
            case "status":
                status = draw(st.sampled_from(["Filed", "Not Filed"]))
                text = portal(told, day, lambda row, status=status: row["srcfilstatus"] == status)
                files.append(File(day, (text,), complete=False))
            case "supplier":
                files.append(File(day, (portal(told, day, lambda row: row["stin"] == SELLERS[0]),), complete=False))
    return tuple(files)


@pytest.mark.slow
@pytest.mark.parametrize("examples", [40, pytest.param(300, marks=pytest.mark.long)])
def test_every_order_of_downloads_comes_to_the_same(examples):
    @settings(max_examples=examples, phases=[Phase.generate], deadline=None)
    @given(files=downloads())
    def check(files):
        first, *others = permutations(files)
        expected = come_to(first)
        for order in others:
            assert come_to(order) == expected

    check()


def life(**happens: Any) -> Life:
    usual = {"kind": "b2b", "seller": SELLERS[0], "number": "N/1", "saved": 0, "edited": None, "deleted": None}
    return Life(**(usual | {"filed": None, "acted": None} | happens))


@pytest.mark.parametrize(
    "happens",
    [
        life(edited=10),
        life(edited=10, acted=(3, "A")),
        life(edited=10, acted=(15, "R")),
        life(acted=(10, "P")),
        life(deleted=10),
        life(deleted=10, filed=30),
        life(filed=10, acted=(30, "A")),
        life(filed=30, filed_form=("R1A", "102025")),
        life(filed=30, filed_form=("R1", "112025")),
        life(saved=10, filed=20),
        life(saved=45),
    ],
)
@pytest.mark.slow
@pytest.mark.parametrize("complete", [True, False])
def test_a_document_comes_to_the_same_in_every_order(happens, complete):
    files = tuple(File(day, (portal((happens,), day),), complete) for day in (5, 12, 40))
    expected = come_to(files)
    assert len(expected[0]) == (happens.saved <= 40)
    for order in permutations(files):
        assert come_to(order) == expected
