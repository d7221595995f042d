"""A record's own path, from its log to the picture."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm import IMS, Document, Form, Heads, Kind, SettableClock, Taxpayer, TaxPeriod
from ims_fsm.draw.path import Barrier, Highlight, Way
from ims_fsm.errors import InputError
from ims_fsm.law.declaration import ENTRY
from ims_fsm.workflow.views.views import highlight

BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
OCTOBER = TaxPeriod("2024-10")


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock("2024-11-09 11:00")


@pytest.fixture
def ims(clock, ims_scratch):
    with ims_scratch.ims(clock=clock) as office:
        for gstin in (BUYER, SELLER):
            office.register(Taxpayer(gstin=gstin, registered_from=OCTOBER))
        yield office


def saved(ims: IMS, kind: Kind = Kind.CREDIT_NOTE) -> int:
    """Save a document and return its record's id."""
    document = Document(
        kind=kind, supplier=SELLER, recipient=BUYER, number="N/7", date=date(2024, 10, 20), taxable=100_000_00,
        tax=Heads.from_rupees({"igst": "18000.00"}),
    )  # fmt: skip
    return ims.supplier(document.supplier, actor="sunil").save(document, Form.GSTR_1, OCTOBER)


def seen(ims: IMS, record_id: int) -> Highlight:
    """Return what is highlighted of a record."""
    with ims._workspace.asking() as unit:
        return highlight(unit, unit.record(record_id))


def test_the_steps_are_those_of_the_log_after_the_entry(ims, clock) -> None:
    record_id = saved(ims)
    clock.set("2024-11-11 18:00")
    ims.supplier(SELLER, actor="sunil").file(Form.GSTR_1, OCTOBER)
    ims.recipient(BUYER, actor="asha").act("accept", record_id)
    clock.set("2024-11-12 23:30")
    ims.recipient(BUYER, actor="ravi").act("reject", record_id)
    steps = seen(ims, record_id).steps
    assert (steps[0].number, steps[0].trigger, steps[0].source, steps[0].when, steps[0].actor) == (
        None, "save", ENTRY, "9 Nov 2024", "sunil",
    )  # fmt: skip
    log = ims.recipient(BUYER, actor="reader").history(record_id).transitions
    assert [(s.number, s.trigger, s.source, s.dest, s.actor) for s in steps[1:]] == [
        (e.seq, e.trigger, e.source, e.dest, e.actor) for e in log
    ]
    assert [step.when for step in steps[1:]] == ["11 Nov 2024", "12 Nov 2024"], "days as India counts them"


def test_every_trigger_that_leads_anywhere_is_open_or_closed_as_the_law_decides(ims) -> None:
    record_id = saved(ims)
    told = seen(ims, record_id)
    assert [way.trigger for way in told.ways] == ["accept", "reject", "reset", "edit", "delete"]
    closed = {barrier.trigger: barrier.reasons for barrier in told.barriers}
    assert closed["keep_pending"] == (
        ("faq.11.a", "It is an original credit note, and pending is not available for it"),
    )
    assert set(closed) == {"keep_pending", "freeze"}, "expire leads nowhere from here, and no guard says why"
    for each in (*told.ways, *told.barriers):
        assert bool(ims.recipient(BUYER, actor="reader").may(each.trigger, record_id)) == isinstance(each, Way)


def test_what_is_decided_for_good_has_nothing_open_and_says_why(ims, clock) -> None:
    record_id = saved(ims)
    clock.set("2024-11-11 18:00")
    ims.supplier(SELLER, actor="sunil").file(Form.GSTR_1, OCTOBER)
    clock.set("2024-11-14 06:00")
    ims.sweep()
    ims.recipient(BUYER, actor="asha").file_3b(OCTOBER)
    told = seen(ims, record_id)
    assert told.state == "frozen"
    assert told.subheading.startswith("Frozen since 14 Nov 2024, as ")
    assert told.ways == ()
    assert Barrier("accept", told.barriers[0].reasons) == told.barriers[0]
    assert {rule for barrier in told.barriers for rule, _ in barrier.reasons} == {"faq.12"}


def test_the_heading_names_the_document_and_the_line_below_the_law(ims) -> None:
    told = seen(ims, saved(ims, Kind.INVOICE))
    assert told.heading == f"Invoice N/7 of {SELLER}"
    assert told.subheading == (
        f"No action  ·  recipient {BUYER}  ·  IMS-2024-10, 2B period 2024-10 if it were filed now"
    )


def test_it_is_drawn_in_the_format_and_theme_asked(ims) -> None:
    record_id = saved(ims)
    text = ims.recipient(BUYER, actor="reader").diagram(record_id, "mermaid").decode()
    assert f'title: "Credit note N/7 of {SELLER}: No action' in text
    assert b"#12171c" in ims.recipient(BUYER, actor="reader").diagram(record_id, "dot", theme="dark")
    linked = ims.recipient(BUYER, actor="reader").diagram(record_id, "dot", href_base="{machine}.html")
    assert b'href="credit_note.html#credit_note-state-frozen"' in linked


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"fmt": "gif"}, "gif: is not a format"),
        ({"theme": "blue"}, "blue: is not a theme"),
        ({"record_id": 99}, "99: is not a record here"),
    ],
)
def test_what_cannot_be_drawn_is_told(ims, call, message) -> None:
    with pytest.raises(InputError, match=message):
        ims.recipient(BUYER, actor="reader").diagram(**{"record_id": saved(ims), **call})
