"""The audit works out again what was decided: money that does not follow from contents, actions and log is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ims_fsm import Form, Heads, SupplierStatus, TaxPeriod

BUYER = "27AAPFU0939F1ZV"
Tamper = Callable[..., None]


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory, staging: type[Any]) -> Path:
    """A store: 1 is accepted, 2 a rejected credit note, 3 one reduced in part, 5 an amendment of 4, and 6 waits."""
    path = tmp_path_factory.mktemp("decided") / "ims.db"
    stage = staging(f"sqlite:///{path}")
    for gstin in (stage.buyer, stage.seller):
        stage.taxpayer(gstin, registered_from="2025-10")
    stage.at("2025-11-05")
    for kind in ("invoice", "credit_note", "credit_note", "invoice"):
        document = stage.document(kind, date=date(2025, 10, 5))
        stage.filed(document, "2025-10")
    stage.act("accept", 1, remarks="as ordered")
    stage.act("reject", 2)
    stage.act("accept", 3, reduce_itc=Heads(igst=5_000), remarks="the rest was never availed")
    stage.close("2025-10")
    stage.at("2025-12-05")
    stage.filed(stage.document(igst=20_000, amends=document, date=date(2025, 11, 5)), "2025-11")
    stage.filed(stage.document(date=date(2025, 11, 5)), "2025-11")
    stage.act("accept", 6, remarks="seen")
    stage.ims.close()
    return path


@pytest.fixture
def copied(decided: Path, tmp_path: Path, staging: type[Any]) -> Iterator[Any]:
    """A stage on a copy of that store."""
    path = tmp_path / "ims.db"
    path.write_bytes(decided.read_bytes())
    stage = staging(f"sqlite:///{path}")
    yield stage
    stage.ims.close()


D, LOGGED, DATED = "what was decided makes it", "its log makes it", "the calendar makes it"
LINE = "GSTR-2B of 2025-10 record 1 document"
LINES = "GSTR-2B of 2025-10: has other lines, or other records behind them, than those on which GSTR-3B was filed"
TWICE = """
    INSERT INTO ims_liability
    SELECT recipient_gstin, 1, supplier_gstin, supplier_period, recipient_period, at, igst, cgst, sgst, cess, place + 1
    FROM ims_liability
"""
FURNISHED = "INSERT INTO ims_annual_return VALUES ('27AAPFU0939F1ZV', '2025-26', '2025-12-06 00:00:00.000000')"


def record(change: str, number: int) -> str:
    return f"UPDATE ims_record SET {change} WHERE id = {number}"  # noqa: S608 -- ours


def line(change: str) -> str:
    return f"UPDATE ims_two_b_line SET {change} WHERE record_id = 1"  # noqa: S608 -- ours


# What is changed, and what the audit says of it.
TAMPERED = {
    "remarks": (record("remarks = 'x'", 6), f"record 6: has x as remarks, and {LOGGED} seen"),
    "declared": (record("declared_igst = 4", 3), f"record 3: has 4 as declared_igst, and {LOGGED} 5000"),
    "reduction": (record("reduction = 'none'", 3), f"record 3: has none as reduction, and {LOGGED} partial"),
    "moment": (record("acted_at = NULL", 6), f"record 6: has nothing as acted_at, and {LOGGED} 2025-12-05"),
    "disposition": (
        record("disposition = 'rejected'", 1),
        f"record 1: has rejected as disposition, and {LOGGED} accepted",
    ),
    "settled period": (
        record("settled_in = '2025-11'", 1),
        f"record 1: has 2025-11 as settled_in, and {LOGGED} 2025-10",
    ),
    "E": (record("carried_igst = 1", 1), f"record 1: has 1 as carried_igst, and {D} 18000"),
    "E reduced": (record("carried_igst = -18000", 3), f"record 3: has -18000 as carried_igst, and {D} -5000"),
    "E that waits": (record("carried_igst = 7", 5), f"record 5: has 7 as carried_igst, and {D} 18000"),
    "S": (record("standing_igst = 0", 1), f"record 1: has 0 as standing_igst, and {D} 18000"),
    "S that waits": (record("standing_igst = 0", 5), f"record 5: has 0 as standing_igst, and {D} 20000"),
    "E of what was amended": (record("carried_igst = 1", 4), LINES),
    "form": (record("form = 'IFF'", 1), LINES),
    "a line's amount": (line("igst = 1"), f"{LINE}: has 1 as igst, and {D} 18000"),
    "a line's decision": (line("decision = 'rejected'"), f"{LINE}: has rejected as decision, and {D} accepted"),
    "whether a line counts": (line("counts = false"), LINES),
    "a line": ("DELETE FROM ims_two_b_line WHERE record_id = 1", LINES),
    "lines": (
        "DELETE FROM ims_two_b_line WHERE record_id = 1",
        f"GSTR-2B of 2025-10: has 3 as lines, and {LOGGED} 4",
    ),
    "an add-back": ("UPDATE ims_liability SET igst = 1", f"add-back of record 2: has 1 as igst, and {D} 18000"),
    "whose add-back": (
        "UPDATE ims_liability SET supplier_gstin = '24AAACC1206D1ZM'",
        f"add-back of record 2: has 24AAACC1206D1ZM as supplier_gstin, and {D} 29AABCT1332L1ZA",
    ),
    "when added back": (
        "UPDATE ims_liability SET supplier_period = '2025-09'",
        f"add-back of record 2: has 2025-09 as supplier_period, and {D} a later tax period",
    ),
    "no add-back": (
        "DELETE FROM ims_liability",
        f"add-back of record 2: has nothing as supplier_gstin, and {D} 29AABCT",
    ),
    "an add-back of nothing": (TWICE, f"add-back of record 1: has 2025-10 as recipient_period, and {D} nothing"),
    "time limit": (record("cutoff_at = NULL", 6), f"record 6: has nothing as cutoff_at, and {DATED} 2026-11-30"),
    "year": (record("fy = '2023-24'", 6), f"record 6: has 2023-24 as fy, and {DATED} 2025-26"),
    "an annual return": (FURNISHED, "record 6: has 2026-11-30"),
    "a generation": (
        "UPDATE ims_two_b SET generation = 2",
        f"GSTR-2B of 2025-10: has 2 as generation, and {LOGGED} 1",
    ),
    "a chain": (record("chain_id = 6", 5), "record 5: has 6 as chain_id, and its chain makes it nothing"),
    "a machine": (
        record("machine = 'debit_note'", 6),
        f"record 6: has debit_note as machine, and {LOGGED} invoice",
    ),
}


def test_the_store_is_sound(copied: Any) -> None:
    assert list(map(str, copied.faults())) == []


@pytest.mark.parametrize("what", TAMPERED)
def test_money_that_does_not_follow_is_found(copied: Any, tamper: Tamper, tmp_path: Path, what: str) -> None:
    statement, told = TAMPERED[what]
    tamper(tmp_path / "ims.db", statement)
    faults = list(map(str, copied.faults()))
    assert any(fault.startswith(f"{BUYER} {told}") for fault in faults), faults


@pytest.mark.parametrize("carried", [5, 7])
def test_what_waits_carries_what_its_newest_version_was_decided_to_and_not_what_came_last(
    tamper: Tamper, tmp_path: Path, staging: type[Any], carried: int
) -> None:
    stage = staging(f"sqlite:///{tmp_path / 'ims.db'}")
    stage.at("2026-02-05")
    day = {"date": date(2025, 10, 5)}
    original = stage.document(**day)
    # Of one return period the GSTR-1A is the newer, though the GSTR-1 comes here behind it.
    for number, form, period in ((None, "GSTR-1", 10), ("B", "GSTR-1A", 11), ("A", "GSTR-1", 11), ("C", "GSTR-1", 12)):
        document = original if number is None else stage.document(number=number, amends=original, **day)
        stage.receive(stage.seen(document, return_period=TaxPeriod(f"2025-{period}"), form=Form(form)))
    stage.ims.close()
    decided = "settled_in = '2025-12', disposition = 'accepted', carried_igst"
    tamper(tmp_path / "ims.db", record(f"{decided} = 5", 2), record(f"{decided} = 7", 3),
           record(f"carried_igst = {carried}", 4))  # fmt: skip
    stage = staging(f"sqlite:///{tmp_path / 'ims.db'}")
    waiting = [
        what for what in map(str, stage.faults()) if f"record 4: has {carried} as carried_igst, and {D} " in what
    ]
    stage.ims.close()
    assert [what.partition("; ")[0][-1] for what in waiting] == ([] if carried == 5 else ["5"])


def test_two_amendments_that_one_number_links_are_one_chain_and_sound(stage: Any) -> None:
    """Neither names what the other amends; that both give one number is what links them (docs/adr/0016)."""
    for number, period in (("A/1", "2024-10"), ("A/2", "2024-11")):
        version = stage.document(number="A/9", amends=stage.document(number=number))
        stage.receive(stage.seen(version, SupplierStatus.FILED, return_period=period))
    first, second = stage.desk.records()
    assert second.chain_id == first.chain_id == first.id
    assert not stage.faults()
