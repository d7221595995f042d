"""What lies between downloads: parts, records that move, guesses, absence as evidence, contradictions told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ims_fsm import IMS, Filing, Taxpayer, TaxPeriod
from ims_fsm.errors import InputError
from ims_fsm.terms.period import SettableClock

ME, SELLER, OTHER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA", "24AAACC1206D1ZM"


@pytest.fixture
def portal(ims_scratch):
    clock = SettableClock("2025-11-05 12:00")
    with ims_scratch.ims(clock=clock) as ims:
        yield Portal(ims, clock)


def row(
    number: str, status: str = "Filed", period: str = "102025", seller: str = SELLER, **more: Any
) -> dict[str, Any]:
    usual = {"stin": seller, "inum": number, "idt": "05-10-2025", "txval": 1000, "iamt": 180, "action": "N"}
    return usual | {"srcform": "R1", "rtnprd": period, "srcfilstatus": status} | more


class Portal:
    """Downloads of one section, made at a moment."""

    def __init__(self, ims: IMS, clock: SettableClock) -> None:
        self.ims, self.clock = ims, clock

    def download(self, at: str, *files: list[dict[str, Any]], beside: Any = (), **how: Any) -> Any:
        self.clock.set(f"{at} 12:00")
        extra = list(beside) or [{}] * len(files)
        told = [
            json.dumps({"gstin": ME, **more, "data": {"b2b": rows}}) for rows, more in zip(files, extra, strict=True)
        ]
        return self.ims.import_download([text.encode() for text in told], actor="me", **how)

    def __getitem__(self, number: str) -> Any:
        return {record.document.number: record for record in self.ims.recipient(ME, actor="me").records()}[number]

    @property
    def desk(self) -> Any:
        return self.ims.recipient(ME, actor="me")


def test_parts_that_are_given_together_are_one_download(portal):
    first, second = [row("1", "Not Filed"), row("2")], [row("3", "Not Filed"), row("4")]
    assert portal.download("2025-11-05", first, second).received.new == 4
    done = portal.download("2025-11-06", first)
    assert (done.received.deleted, done.complete) == (0, ())
    assert done.partial.startswith("may be a part, or filtered: 1 saved record is not in it and kept; ")
    done = portal.download("2025-11-07", first, [row("4")])
    assert (done.received.deleted, done.complete, done.partial) == (1, ("b2b",), "")
    assert portal["3"].removed_for == "supplier_deleted"


def test_parts_that_say_so_are_joined_over_several_imports(portal):
    everything = [row("1", "Not Filed"), row("2", "Not Filed"), row("3", "Not Filed")]
    portal.download("2025-11-05", everything)
    said = [{"fc": 2, "file_num": number} for number in (1, 2)]
    done = portal.download("2025-11-06", everything[:1], beside=said[:1])
    assert (done.received.deleted, done.partial) == (
        0,
        "lacks file 2 of 2: nothing is taken as deleted until all are imported",
    )
    assert portal.download("2025-11-06", everything[1:2], beside=said[1:]).received.deleted == 1
    assert portal["3"].state == "removed"
    with pytest.raises(InputError, match="lack file 2 of 2; give all of its files together, or do not say"):
        portal.download("2025-11-07", everything[:1], beside=said[:1], complete=True)


def test_a_deletion_that_is_contradicted_is_undone_with_its_action(portal):
    both = [row("1", "Not Filed"), row("2", "Not Filed")]
    portal.download("2025-11-05", both)
    portal.desk.reject(portal["2"].id, remarks="not ours")
    assert portal.download("2025-11-06", both[:1], complete=True).received.deleted == 1
    done = portal.download("2025-11-07", both)
    assert (done.received.restored, done.received.kept) == (1, 1)
    assert [against.code for against in done.received.contradictions] == ["deletion_undone"]
    assert (portal["2"].state, portal["2"].remarks) == ("rejected", "not ours")
    log = portal.desk.history(portal["2"].id).transitions
    assert [(step.trigger, step.source, step.dest) for step in log] == [
        ("reject", "no_action", "rejected"),
        ("delete", "rejected", "removed"),
        ("restore", "removed", "rejected"),
    ]


def test_a_download_from_before_a_deletion_undoes_nothing_however_often_it_is_taken_in(portal):
    both = [row("1", "Not Filed"), row("2", "Not Filed")]
    portal.download("2025-11-05", both)
    portal.download("2025-11-10", both[:1], complete=True)
    seen, steps = SettableClock("2025-11-08")(), len(portal.desk.history(portal["2"].id).transitions)
    for day in ("2025-11-11", "2025-11-12"):
        done = portal.download(day, both, made_at=seen).received
        assert (done.unchanged, done.restored, done.deleted) == (2, 0, 0)
        assert len(portal.desk.history(portal["2"].id).transitions) == steps
        assert (portal["2"].state, portal["2"].portal.seen_at) == ("removed", seen)
    edited = [row("2", "Not Filed", txval=2000)]
    for deleted in (1, 0):
        assert portal.download("2025-11-13", edited, made_at=SettableClock("2025-11-09")()).received.deleted == deleted
    assert (portal["2"].state, portal["2"].document.taxable) == ("removed", 200_000)


@pytest.mark.parametrize(
    ("form", "period", "two_b"),
    [("R1A", "102025", "2025-11"), ("R1", "112025", "2025-11"), ("R1", "102025", "2025-10")],
)
def test_the_newest_sighting_decides_form_and_period(portal, form, period, two_b):
    portal.download("2025-11-05", [row("1", "Not Filed")])
    portal.download("2025-11-20", [row("1", srcform=form, rtnprd=period)])
    record = portal["1"]
    assert (record.return_period, record.two_b_period) == (f"2025-{period[:2]}", two_b)


def test_a_saved_record_that_moves_is_counted(portal):
    portal.download("2025-11-05", [row("1", "Not Filed")])
    done = portal.download("2025-11-06", [row("1", "Not Filed", "112025")])
    assert (done.received.moved, portal["1"].return_period) == (1, "2025-11")


def test_a_guess_is_worked_out_again_and_a_statement_is_followed(portal):
    portal.download("2025-12-05", [row("1", period="112025")])
    guessed = portal.ims.taxpayer(ME)
    assert (guessed.registered_from, guessed.guessed) == ("2025-11", True)
    portal.download("2025-12-05", [row("2")])
    assert portal.ims.taxpayer(ME) == replace(guessed, registered_from=TaxPeriod("2025-10"))
    assert portal["2"].two_b_period == "2025-10"
    portal.ims.register(Taxpayer(gstin=ME, registered_from=TaxPeriod("2025-11")))
    assert (portal["2"].two_b_period, portal["1"].two_b_period) == ("2025-11", "2025-11")
    note = portal.download("2025-12-06", [row("2"), row("3")]).received.notes
    said = "of a period before 2025-11, the first for which GSTR-3B is due; taken for that one unless pending"
    assert note == (f"2 records {said}",)
    assert portal.ims.taxpayer(ME).registered_from == "2025-11"


def test_absence_is_evidence(portal):
    saved = row("1", "Not Filed")
    portal.download("2025-11-13", [saved, row("2")], complete=True)
    done = portal.download("2025-11-22", [row("1"), row("2"), row("3", seller=OTHER)], complete=True)
    assert [portal[number].two_b_period for number in "123"] == ["2025-11", "2025-10", "2025-11"]
    (note,) = done.received.notes
    assert note.startswith(
        "2 records would belong to another 2B period if the supplier files quarterly (24AAACC1206D1ZM"
    )
    portal.ims.register(Taxpayer(gstin=OTHER, registered_from=TaxPeriod("2024-10"), filing=Filing.QUARTERLY))
    assert [portal[number].two_b_period for number in "123"] == ["2025-11", "2025-10", "2025-10"]


def test_what_a_part_does_not_show_proves_nothing(portal):
    portal.download("2025-11-13", [row("2")])
    portal.download("2025-11-22", [row("2"), row("3")])
    assert portal["3"].two_b_period == "2025-10"


def test_contradictions_are_told_in_a_line_each(portal):
    portal.download("2025-11-13", [row("1"), row("2"), row("3", "Not Filed")], complete=True)
    portal.desk.accept(portal["1"].id)
    done = portal.download("2025-12-12", [row("3", "Not Filed")], complete=True)
    assert [str(against) for against in done.received.contradictions] == [
        '2 filed records of 2025-10 are no longer shown: has its GSTR-3B been filed? file_3b("2025-10")'
    ]
    assert portal.desk.export_upload().save is None
    portal.desk.generate_2b(TaxPeriod("2025-10"))
    portal.desk.file_3b(TaxPeriod("2025-10"))
    done = portal.download("2025-12-13", [row("1"), row("3", "Not Filed")])
    (against,) = done.received.contradictions
    assert (against.code, against.period, against.records) == ("decided_is_open", "2025-10", 1)


def test_what_the_law_leads_past_ims_enters_with_a_note(portal):
    done = portal.download("2025-11-13", [row("1", srcform="R5"), row("2", srcform="R5"), row("3")])
    said = "2 records shown from GSTR-5, which the law leads past IMS (faq.8.1); taken in as the portal shows it"
    assert (done.received.new, done.received.notes) == (3, (said,))
