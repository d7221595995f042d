"""What the portal gave people and made trouble, in every order: moved forms, parts, sections alone, three dates."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from ims_fsm import IMS
from ims_fsm.terms.period import SettableClock, indian

ME, ONE, TWO, THREE, FOUR = (
    "27AAPFU0939F1ZV",
    "24AAACC1206D1ZM",
    "29AABCT1332L1ZA",
    "27AAACR5055K1Z7",
    "07AAACI1195H1ZM",
)
NOV_13, NOV_22, DEC_12 = "2025-11-13", "2025-11-22", "2025-12-12"
pytestmark = pytest.mark.slow


def row(seller: str, number: str, status: str, period: str = "102025", form: str = "R1", **more: Any) -> dict[str, Any]:
    usual = {
        "stin": seller,
        "inum": number,
        "idt": "05-10-2025",
        "txval": 1000,
        "iamt": 180,
        "pos": "27",
        "action": "N",
    }
    return usual | {"srcform": form, "rtnprd": period, "srcfilstatus": status} | more


def filed(seller: str, number: str, period: str = "102025", form: str = "R1", **more: Any) -> dict[str, Any]:
    return row(seller, number, "Filed", period, form, **more)


def saved(seller: str, number: str, period: str = "102025", form: str = "R1") -> dict[str, Any]:
    return row(seller, number, "Not Filed", period, form)


NOTE = filed(ONE, "", "112025", nt_num="CN-11", nt_dt="05-11-2025")
# Each download: its day, whether it is everything, its sections.
CASES: dict[str, list[tuple[str, bool, dict[str, list[dict[str, Any]]]]]] = {
    "a record that moves": [
        ("2025-11-05", False, {"b2b": [saved(ONE, "K-5")]}),
        (NOV_22, False, {"b2b": [filed(ONE, "K-5", form="R1A")]}),
    ],
    "two parts": [
        (NOV_13, False, {"b2b": [saved(ONE, "K-6"), filed(ONE, "K-7")]}),
        (NOV_13, False, {"b2b": [saved(TWO, "H-6"), filed(TWO, "H-7")]}),
    ],
    "a section each": [
        (DEC_12, False, {"b2bcn": [{key: value for key, value in NOTE.items() if key not in {"inum", "idt"}}]}),
        (DEC_12, False, {"b2b": [filed(ONE, "K-8"), filed(ONE, "K-9", "112025")]}),
    ],
    "three dates": [
        (NOV_13, True, {"b2b": [filed(ONE, "K-1"), saved(TWO, "H/1"), filed(THREE, "X1")]}),
        (NOV_22, True, {"b2b": [filed(ONE, "K-1"), filed(TWO, "H/1"), filed(THREE, "X1"), filed(FOUR, "D9")]}),
        (
            DEC_12,
            True,
            {"b2b": [filed(TWO, "H/1"), filed(FOUR, "D9"), filed(ONE, "K-2", "112025"), saved(THREE, "X2", "112025")]},
        ),
    ],
}
PERIODS = {
    "a record that moves": {"K-5": "2025-11"},
    "two parts": {"K-6": None, "K-7": "2025-10", "H-6": None, "H-7": "2025-10"},
    "a section each": {"CN-11": "2025-11", "K-8": "2025-10", "K-9": "2025-11"},
    "three dates": {"K-1": "2025-10", "H/1": "2025-11", "X1": "2025-10", "D9": "2025-11", "K-2": "2025-11", "X2": None},
}


def come_to(files: Any) -> Any:
    """Import files in this order; tell state, form and 2B period of each, the first period, and what has gone."""
    with IMS("sqlite://", clock=SettableClock("2025-12-13 10:00")) as ims:
        for day, complete, sections in files:
            text = json.dumps({"gstin": ME, "data": sections}).encode()
            done = ims.import_download(text, actor="me", complete=complete, made_at=indian(datetime.fromisoformat(day)))
        records = {
            record.document.number: (record.state, record.form, record.return_period, record.two_b_period)
            for record in ims.recipient(ME, actor="me").records()
        }
        gone = {(told.code, told.period, told.records) for told in done.received.contradictions}
        return records, ims.taxpayer(ME).registered_from, gone


@pytest.mark.parametrize("name", CASES)
def test_a_case_comes_to_the_same_in_every_order(name):
    expected = come_to(CASES[name])
    assert {number: period for number, (*_, period) in expected[0].items()} == PERIODS[name]
    assert expected[1] == min(period for period in PERIODS[name].values() if period)
    assert expected[2] == ({("filed_is_gone", "2025-10", 2)} if name == "three dates" else set())
    for order in permutations(CASES[name]):
        assert come_to(order) == expected


@pytest.mark.long
def test_all_of_them_come_to_the_same_whatever_comes_first():
    files = [file for case in CASES.values() for file in case]
    expected = come_to(files)
    for turn in range(1, len(files)):
        assert come_to(files[turn:] + files[:turn]) == expected
        assert come_to((files[turn:] + files[:turn])[::-1]) == expected
