"""One IMS on four days, in the portal's own JSON, with every section: what the law makes of it, in whatever order.

5 October: GSTR-1 of September is being prepared. 14 October: it was filed until the 11th, and GSTR-2B is drafted. 22
October: GSTR-3B of September was due on the 20th. 12 November: the same of October.
"""

from __future__ import annotations

import json
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from ims_fsm import IMS, Taxpayer, TaxPeriod
from ims_fsm.terms.period import SettableClock, indian

ME, SHOP, MILL = "27AAPFU0939F1ZV", "29AABCT1332L1ZA", "24AAACC1206D1ZM"
DAYS = ("2025-10-05", "2025-10-14", "2025-10-22", "2025-11-12")
NOTES, BILLS = ("b2bdn", "b2bdna", "b2bcn", "b2bcna"), ("impg", "impga", "impgsez", "impgseza")
SEPTEMBER, OCTOBER = "092025", "102025"
pytestmark = pytest.mark.slow


def saved(period: str = SEPTEMBER, form: str = "R1", action: str = "N", **more: Any) -> dict[str, Any]:
    return {"srcform": form, "rtnprd": period, "srcfilstatus": "Not Filed", "action": action, **more}


def filed(period: str = SEPTEMBER, form: str = "R1", action: str = "N", **more: Any) -> dict[str, Any]:
    return saved(period, form, action, **more) | {"srcfilstatus": "Filed"}


GONE = None
ONCE_FILED = (filed(), filed(), filed(), filed())
# Section, number, what it amends, what the portal shows on each of the four days.
SHOWN: tuple[tuple[str, str, str, tuple[dict[str, Any] | None, ...]], ...] = (
    ("b2b", "A-1", "", (saved(), filed(), filed(), filed())),
    ("b2b", "A-2", "", (saved(), saved(), filed(), filed())),
    ("b2b", "A-3", "", (saved(), saved(), filed(form="R1A"), filed(form="R1A"))),
    ("b2b", "A-4", "", (saved(action="A"), GONE, GONE, GONE)),
    ("b2b", "A-5", "", (saved(action="R"), GONE, saved(OCTOBER, action="R"), filed(OCTOBER, action="R"))),
    ("b2b", "A-6", "", (GONE, GONE, filed(), filed())),
    ("b2b", "A-7", "", (filed(), filed(action="A"), filed(action="A"), GONE)),
    ("b2b", "A-8", "", (saved(), saved(txval=900, iamt=162), filed(OCTOBER, txval=900, iamt=162), GONE)),
    ("b2ba", "A-7R", "A-7", (GONE, GONE, saved(OCTOBER), filed(OCTOBER))),
    ("b2ba", "A-7R", "A-7R", (GONE, GONE, GONE, saved(OCTOBER, form="R1A"))),
    ("b2ba", "Z-1", "Z-1", (saved(), saved(form="R1A"), filed(form="R1A"), filed(form="R1A"))),
    ("b2bdn", "D-1", "", (filed(), filed(), filed(action="P"), filed(action="P"))),
    ("b2bdna", "D-1", "D-1", (GONE, GONE, filed(OCTOBER, iamt=200), filed(OCTOBER, iamt=200))),
    ("b2bcn", "C-1", "", (saved(), saved(), filed(action="P"), filed(action="P"))),
    ("b2bcn", "C-2", "", ONCE_FILED),
    ("b2bcna", "C-2", "C-2", (GONE, GONE, filed(form="R1A", iamt=90), filed(form="R1A", iamt=90, action="A"))),
    ("ecom", "E-1", "", (saved(), filed(), filed(), filed())),
    ("ecoma", "E-1", "E-1", (GONE, GONE, GONE, filed(OCTOBER, iamt=170))),
    ("impg", "1000001", "", (GONE, GONE, filed(OCTOBER), filed(OCTOBER, action="A"))),
    ("impga", "1000002", "", (GONE, GONE, GONE, filed(OCTOBER))),
    ("impgsez", "1000003", "", (GONE, GONE, filed(OCTOBER), filed(OCTOBER))),
    ("impgseza", "1000004", "", (GONE, GONE, GONE, filed(OCTOBER, action="P"))),
)
# By kind, number and return: the state, and the 2B period with why.
EXPECTED = {
    "invoice A-1 2025-09": ("no_action", "2025-09"),  # nothing proves that it was filed after the 11th
    "invoice A-2 2025-09": ("no_action", "2025-10"),  # saved on the 14th: filed after the window (window.2b)
    "invoice A-3 2025-09": ("no_action", "2025-10"),  # a GSTR-1A leads to the next 2B period (FAQ 15)
    "invoice A-4 2025-09": ("removed", None),  # deleted by its supplier (FAQ 16)
    "invoice A-5 2025-10": ("rejected", "2025-10"),  # saved anew in the next return
    "invoice A-6 2025-09": ("no_action", "2025-10"),  # not there on the 14th
    "invoice A-7 2025-09": ("accepted", "2025-09"),
    "invoice A-8 2025-10": ("no_action", "2025-10"),
    "invoice A-7R 2025-10 of A-7": ("no_action", "2025-10"),
    "invoice A-7R 2025-10 of A-7R": ("no_action", None),  # only saved
    "invoice Z-1 2025-09 of Z-1": ("no_action", "2025-10"),
    "debit_note D-1 2025-09": ("pending", "2025-09"),
    "debit_note D-1 2025-10 of D-1": ("no_action", "2025-10"),
    "credit_note C-1 2025-09": ("pending", "2025-10"),
    "credit_note C-2 2025-09": ("no_action", "2025-09"),
    "credit_note C-2 2025-09 of C-2": ("accepted", "2025-10"),
    "eco_document E-1 2025-09": ("no_action", "2025-09"),
    "eco_document E-1 2025-10 of E-1": ("no_action", "2025-10"),
    "bill_of_entry 1000001/INNSA1 2025-10": ("accepted", "2025-10"),
    "bill_of_entry 1000002/INNSA1 2025-10 of 1000002/INNSA1": ("no_action", "2025-10"),
    "bill_of_entry 1000003/INNSA1 2025-10": ("no_action", "2025-10"),
    "bill_of_entry 1000004/INNSA1 2025-10 of 1000004/INNSA1": ("pending", "2025-10"),
}
CHAINS = [
    ["A-7 2025-09", "A-7R 2025-10 of A-7", "A-7R 2025-10 of A-7R"],
    ["C-2 2025-09", "C-2 2025-09 of C-2"],
    ["D-1 2025-09", "D-1 2025-10 of D-1"],
    ["E-1 2025-09", "E-1 2025-10 of E-1"],
]


def download(day: int) -> bytes:
    """Return what the portal gives on one of the days."""
    sections: dict[str, list[Any]] = {section: [] for section, *_ in SHOWN}
    for section, number, amends, shown in SHOWN:
        if (said := shown[day]) is not None:
            sections[section].append(_row(section, number, amends, said))
    return json.dumps({"gstin": ME, "data": sections}).encode()


def _row(section: str, number: str, amends: str, said: dict[str, Any]) -> dict[str, Any]:
    if section in BILLS:
        row = {"boenum": number, "boedt": "08-10-2025", "portcd": "INNSA1", "txval": 8400, "igst": 1512, "cess": 0}
        sez = {"stin": MILL} if "sez" in section else {}
        return row | sez | {"itcprd": said["rtnprd"], "srtinprd": said["rtnprd"], "action": said["action"]}
    no, on = ("nt_num", "nt_dt") if section in NOTES else ("inum", "idt")
    of, since = ("ont_num", "ont_dt") if section in NOTES else ("oinum", "oidt")
    named = {of: amends, since: "20-09-2025"} if amends else {}
    supplier = MILL if section.startswith("ecom") else SHOP
    return {"stin": supplier, no: number, on: "20-09-2025", **named, "txval": 1000, "iamt": 180, "pos": "27", **said}


def made(day: int) -> datetime:
    return indian(datetime.fromisoformat(DAYS[day]))


def name_of(record: Any) -> str:
    document = record.document
    return f"{document.number} {record.return_period}" + (f" of {document.amends.number}" if document.amends else "")


def imported(order: tuple[int, ...]) -> IMS:
    ims = IMS("sqlite://", clock=SettableClock("2025-11-13 10:00"))
    ims.register(Taxpayer(gstin=ME, registered_from=TaxPeriod("2024-10"), guessed=True))
    for day in order:
        ims.import_download(download(day), actor="me", complete=True, made_at=made(day))
    return ims


SOME = [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2), (2, 0, 3, 1)]


@pytest.mark.parametrize(
    "order",
    [*SOME, *(pytest.param(order, marks=pytest.mark.long) for order in permutations(range(4)) if order not in SOME)],
    ids=str,
)
def test_the_law_makes_the_same_of_four_days_in_every_order(order):
    with imported(order) as ims:
        desk = ims.recipient(ME, actor="me")
        records = {f"{record.document.kind} {name_of(record)}": record for record in desk.records()}
        assert {name: (record.state, record.two_b_period) for name, record in records.items()} == EXPECTED
        chains = [[name_of(member) for member in desk.history(record.id).chain] for record in records.values()]
        assert sorted(chain for chain in {tuple(chain) for chain in chains} if len(chain) > 1) == list(
            map(tuple, CHAINS)
        )
        # The rule set follows the 2B period: of September the first, of October the second.
        sets = {name: desk.show(record.id).rule_set for name, record in records.items() if record.two_b_period}
        assert sets == {
            name: "IMS-2024-10" if period == "2025-09" else "IMS-2025-10"
            for name, (_, period) in EXPECTED.items()
            if period
        }
        assert ims.taxpayer(ME).registered_from == "2025-09"


def test_what_gstr_3b_has_decided_no_older_day_moves():
    with imported((0, 1, 3)) as ims:
        desk = ims.recipient(ME, actor="me")
        desk.generate_2b(TaxPeriod("2025-09"))
        desk.file_3b(TaxPeriod("2025-09"))
        before = {record.id: record for record in desk.records()}
        frozen = {name_of(record): str(record.disposition) for record in before.values() if record.state == "frozen"}
        assert frozen == {
            "A-1 2025-09": "deemed_accepted",
            "A-7 2025-09": "accepted",
            "C-2 2025-09": "deemed_accepted",
            "E-1 2025-09": "deemed_accepted",
        }
        for day in (2, 0):
            ims.import_download(download(day), actor="me", complete=True, made_at=made(day))
        after = {record.id: record for record in desk.records()}
        for record_id, record in before.items():
            if record.settled_in is not None:
                assert after[record_id] == record
        assert {name_of(record) for record in after.values()} == {name.split(" ", 1)[1] for name in EXPECTED}
