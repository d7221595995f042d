"""The facts of a record, each read from its row, its chain and the moment; what an amendment amends, case by case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ims_fsm.errors import InputError
from ims_fsm.law.book import shipped_book
from ims_fsm.record.record import Record
from ims_fsm.record.scene import (
    NO_REQUEST,
    Request,
    Scene,
    direction_of,
    full_reduction,
    is_superseded,
    original_of,
    record_facts,
)
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import (
    Disposition,
    Filing,
    Form,
    Kind,
    RemovedFor,
    Route,
    State,
    SupplierStatus,
    TaxpayerKind,
)

BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
NOON = datetime(2024, 11, 9, 6, 30, tzinfo=UTC)
BOOK = shipped_book()
FILED = {"supplier_status": SupplierStatus.FILED, "two_b_period": OCTOBER}
LATER = {"supplier_status": SupplierStatus.FILED, "two_b_period": NOVEMBER}
FROZEN = {**FILED, "state": State.FROZEN, "settled_in": OCTOBER}


def scene(now: datetime = NOON, *, kind: str = "normal", filing: str = "monthly", supplier: str = "monthly") -> Scene:
    buyer = Taxpayer(gstin=BUYER, kind=TaxpayerKind(kind), filing=Filing(filing), registered_from=OCTOBER)
    return Scene(now=now, book=BOOK, recipient=buyer, suppliers={SELLER: Filing(supplier)})


def record(record_id: int = 1, igst: int = 100, *, kind: str = "invoice", amends: bool = False, **given) -> Record:
    content = {name: given.pop(name) for name in ("reverse_charge", "ineligible", "pending_blocked") if name in given}
    document = Document(
        kind=Kind(kind), supplier=SELLER, recipient=BUYER, number=f"S/{record_id}", date=date(2024, 10, 5), taxable=1,
        tax=Heads(igst=igst), amends=OriginalReference("S/1", date(2024, 10, 5)) if amends else None, **content,
    )  # fmt: skip
    columns = {
        "form": Form.GSTR_1, "return_period": OCTOBER, "supplier_status": SupplierStatus.SAVED, "filed_at": None,
        "two_b_period": None, "route": Route.IMS, "cutoff_at": None, "stated_original": None, "carried": NIL,
        "standing": NIL, "state": State.NO_ACTION,
    }  # fmt: skip
    return Record(
        id=record_id, document=document, fy="2024-25", chain_id=1, seq=0, version=3, contents=1,
        content_hash=document.content_hash, machine=document.machine, declaration_id=1, **{**columns, **given},
    )  # fmt: skip


def facts(one: Record, *chain: Record, at: Scene | None = None, request: Request = NO_REQUEST) -> dict[str, str]:
    return dict(record_facts(one, [*chain, one], at or scene(), request))


# --- the scene ------------------------------------------------------------------------------------------------------


def test_a_filed_record_keeps_its_2b_period_and_route():
    later = scene(NOON + timedelta(days=400))
    filed = record(**FILED, route=Route.BEFORE_IMS)
    assert (later.expected_period(filed), later.route(filed).name) == (OCTOBER, Route.BEFORE_IMS)


@pytest.mark.parametrize(
    ("at", "form", "period"),
    [
        (scene(), Form.GSTR_1, "2024-10"),
        (scene(), Form.GSTR_1A, "2024-11"),
        (scene(datetime(2024, 11, 11, 18, 30, tzinfo=UTC)), Form.GSTR_1, "2024-11"),
        (scene(datetime(2024, 11, 11, 18, 30, tzinfo=UTC), supplier="quarterly"), Form.GSTR_1, "2024-10"),
        (scene(filing="quarterly"), Form.GSTR_1, "2024-12"),
    ],
)
def test_a_saved_record_has_the_2b_period_that_filing_now_would_give(at, form, period):
    assert at.expected_period(record(form=form)) == period


def test_a_supplier_who_is_not_known_files_monthly():
    at = Scene(now=datetime(2024, 11, 12, tzinfo=UTC), book=BOOK, recipient=scene().recipient)
    assert at.expected_period(record()) == "2024-11"


def test_a_saved_record_goes_where_filing_now_would_lead():
    limited = record(cutoff_at=NOON)
    assert [scene(NOON + timedelta(seconds=late)).route(limited).name for late in (-1, 0)] == [
        Route.IMS,
        Route.SEC_16_4,
    ]


def test_the_2b_period_chooses_the_rule_set():
    assert scene().edition(record(**FILED)).rule_set.id == "IMS-2024-10"
    filed = record(supplier_status=SupplierStatus.FILED, two_b_period=TaxPeriod("2025-10"))
    assert scene().edition(filed).rule_set.id == "IMS-2025-10"


# --- what an amendment amends ---------------------------------------------------------------------------------------

ORIGINAL = record(1, 100, **FROZEN, disposition=Disposition.ACCEPTED)


@pytest.mark.parametrize(
    ("chain", "value", "same", "tax"),
    [
        ([record(1, **FILED)], "unsettled", "yes", 100),
        ([record(1, **FILED, state=State.REJECTED)], "unsettled_rejected", "yes", 100),
        ([record(1, **FILED, state=State.PENDING)], "unsettled", "yes", 100),
        ([record(1)], "unsettled", "yes", 100),
        ([record(1, **LATER)], "unsettled", "no", 100),
        ([record(1, **LATER, state=State.REJECTED)], "unsettled_rejected", "no", 100),
        ([ORIGINAL], "accepted", "yes", 100),
        ([record(1, **FROZEN, disposition=Disposition.DEEMED_ACCEPTED)], "accepted", "yes", 100),
        ([record(1, **FROZEN, disposition=Disposition.REJECTED)], "rejected", "yes", 100),
        ([record(1, **FILED, settled_in=OCTOBER, route=Route.POS)], "outside", "yes", 100),
        ([record(1, state=State.REMOVED, removed_for=RemovedFor.SEC_16_4)], "outside", "yes", 100),
        ([record(1, state=State.REMOVED, removed_for=RemovedFor.SUPPLIER_DELETED)], "unknown", "no", None),
        ([], "unknown", "no", None),
        ([ORIGINAL, record(2, 80, amends=True)], "accepted", "yes", 100),
        ([ORIGINAL, record(2, 80, amends=True, **LATER)], "unsettled", "no", 80),
        ([record(1, **LATER), record(2, 80, amends=True)], "unsettled", "no", 100),
        (
            [
                record(1, **FROZEN, disposition=Disposition.SUPERSEDED),
                record(2, 80, amends=True, **FILED, state=State.PENDING),
            ],
            "unsettled",
            "yes",
            80,
        ),
        (
            [ORIGINAL, record(2, 80, amends=True, **FROZEN, disposition=Disposition.ACCEPTED)],
            "accepted",
            "yes",
            80,
        ),
    ],
)
def test_what_an_amendment_amends(chain, value, same, tax):
    """FAQ 11, 13: the last decided version, or one that still waits."""
    gave = chain[-1].document.tax if value == "accepted" and chain[-1].disposition else Heads(igst=100)
    amendment = record(9, 90, amends=True, carried=gave)
    original = original_of(amendment, [*chain, amendment, record(10, 5, amends=True)], scene())
    assert (original.value, "yes" if original.same_period else "no") == (value, same)
    assert original.tax == (None if tax is None else Heads(igst=tax))
    told = facts(amendment, *chain)
    assert (told["original"], told["same_period"]) == (value, same)


def test_an_original_amends_nothing():
    one = record(1)
    assert (original_of(one, [one], scene()).value, direction_of(one, [one], scene())) == ("none", "original")


def test_a_rejected_amendment_leaves_what_was_accepted_before_it():
    """The chain still carries the credit of the original."""
    rejected = record(2, 80, amends=True, **FROZEN, disposition=Disposition.REJECTED)
    amendment = record(9, 90, amends=True, carried=Heads(igst=100))
    original = original_of(amendment, [ORIGINAL, rejected], scene())
    assert (original.value, original.record, original.tax) == ("accepted", ORIGINAL, Heads(igst=100))


def test_what_went_past_ims_took_the_credit_back():
    past = record(2, 100, amends=True, **FILED, settled_in=OCTOBER, reverse_charge=True)
    rejected = record(3, 80, amends=True, **FROZEN, disposition=Disposition.REJECTED)
    original = original_of(record(9, 90, amends=True), [ORIGINAL, past, rejected], scene())
    assert (original.value, original.record) == ("rejected", rejected)


@pytest.mark.parametrize(
    ("disposition", "carried", "value", "direction"),
    [
        (Disposition.ACCEPTED, 120, "accepted", "downward"),
        (Disposition.DEEMED_ACCEPTED, 80, "accepted", "upward"),
        (Disposition.REJECTED, 0, "rejected", "unchanged"),
    ],
)
@pytest.mark.parametrize("status", [{}, FILED])
def test_a_stated_original_is_read_from_what_is_carried(disposition, carried, value, direction, status):
    """Saved or filed: filing sets what stands with the supplier, and not what the recipient carries."""
    amendment = record(
        2,
        100,
        amends=True,
        stated_original=disposition,
        carried=Heads(igst=carried),
        standing=Heads(igst=100),
        **status,
    )
    assert original_of(amendment, [amendment], scene()).value == value
    assert direction_of(amendment, [amendment], scene()) == direction


def test_a_stated_credit_note_too():
    amendment = record(
        2, 80, kind="credit_note", amends=True, stated_original=Disposition.ACCEPTED, carried=Heads(igst=-100)
    )
    assert direction_of(amendment, [amendment], scene()) == "downward"


@pytest.mark.parametrize(
    ("later", "superseded"),
    [
        (record(2, amends=True, **FILED), True),
        (record(2, amends=True, **FILED, state=State.PENDING), True),
        (record(2, amends=True, **LATER), False),
        (record(2, amends=True), False),
        (record(2, amends=True, **FILED, state=State.REMOVED, removed_for=RemovedFor.SEC_16_4), False),
    ],
)
def test_a_filed_amendment_of_one_2b_period_prevails(later, superseded):
    one = record(1, **FILED)
    assert is_superseded(one, [one, later], scene()) is superseded
    assert facts(one, later)["superseded"] == ("yes" if superseded else "no")
    assert not is_superseded(later, [one, later], scene())
    assert not is_superseded(one.changed(settled_in=OCTOBER), [one, later], scene())


# --- the other facts ------------------------------------------------------------------------------------------------


def test_each_fact_is_read_from_its_own_place():
    plain = facts(record(**FILED))
    assert plain == {
        "supplier_status": "filed",
        "direction": "original",
        "original": "none",
        "same_period": "yes",
        "superseded": "no",
        "route": "ims",
        "taxpayer": "eligible",
        "ims": "open",
        "time_limit": "open",
        "pending_window": "open",
        "portal_pending": "open",
        "reduction": "absent",
        "remarks": "fit",
        "seen": "current",
        "carrier": "fits",
        "identity": "new",
        "amendment_limit": "open",
    }
    changed = {
        "supplier_status": facts(record()),
        "route": facts(record(**FILED, route=Route.POS)),
        "taxpayer": facts(record(**FILED), at=scene(kind="isd")),
        "ims": facts(record(**FILED), at=scene(datetime(2024, 10, 13, 18, 29, tzinfo=UTC))),
        "time_limit": facts(record(**FILED, cutoff_at=NOON)),
        "portal_pending": facts(record(**FILED, pending_blocked=True)),
        "remarks": facts(record(**FILED), request=Request(remarks="x" * 251)),
        "seen": facts(record(**FILED), request=Request(version=2)),
    }
    for name, told in changed.items():
        assert {other for other in plain if told[other] != plain[other]} == {name}


def test_the_portals_flag_blocks_only_where_it_says_so():
    assert [facts(record(pending_blocked=flag))["portal_pending"] for flag in (None, False, True)] == [
        "open",
        "open",
        "blocked",
    ]


@pytest.mark.parametrize(
    ("request_", "seen"),
    [
        (Request(version=3), "current"),
        (Request(version=3, previous=State.ACCEPTED), "stale"),
        (Request(previous=State.NO_ACTION), "current"),
        (Request(version=4), "stale"),
    ],
)
def test_an_action_says_what_it_was_chosen_on(request_, seen):
    assert facts(record(), request=request_)["seen"] == seen


def test_entry_has_facts_of_its_own():
    told = record_facts(record(), [record()], scene(), entry={"carrier": "unfit", "identity": "taken"})
    assert (told["carrier"], told["identity"], told["amendment_limit"]) == ("unfit", "taken", "open")


@pytest.mark.parametrize(
    ("filing", "last"),
    [
        ("monthly", datetime(2025, 12, 20, 18, 30, tzinfo=UTC)),
        ("quarterly", datetime(2026, 4, 22, 18, 30, tzinfo=UTC)),
    ],
)
def test_the_pending_window_ends_with_the_due_date(filing, last):
    """advisory.2025-10: for a machine that has such a window at all."""
    period = TaxPeriod("2025-10" if filing == "monthly" else "2025-12")
    note = record(kind="credit_note", supplier_status=SupplierStatus.FILED, two_b_period=period)
    seen = [facts(note, at=scene(last + timedelta(seconds=late), filing=filing))["pending_window"] for late in (-1, 0)]
    assert seen == ["open", "passed"]
    assert scene(filing=filing).pending_until(note) == last
    invoice = record(supplier_status=SupplierStatus.FILED, two_b_period=period)
    assert facts(invoice, at=scene(last, filing=filing))["pending_window"] == "open"


# --- reductions -----------------------------------------------------------------------------------------------------

NOTE = record(kind="credit_note", supplier_status=SupplierStatus.FILED, two_b_period=TaxPeriod("2026-03"))
MANDATORY = datetime(2026, 4, 19, 18, 30, tzinfo=UTC)


def test_the_full_reduction_is_what_the_record_takes_away():
    assert full_reduction(NOTE) == Heads(igst=100)
    assert full_reduction(NOTE.changed(carried=Heads(igst=-80))) == Heads(igst=20)
    assert full_reduction(NOTE.changed(carried=Heads(igst=-120, cess=7))) == Heads(cess=7)
    assert full_reduction(record()) == NIL


@pytest.mark.parametrize(
    ("declared", "blocked", "fact"),
    [
        (None, None, "absent"),
        ("full", None, "full"),
        ("none", None, "none"),
        (Heads(igst=100), None, "full"),
        (Heads(igst=99), None, "unexplained"),
        (NIL, None, "unexplained"),
        (Heads(igst=101), None, "exceeds"),
        (Heads(igst=5, cess=1), None, "exceeds"),
        (Heads(igst=-1), None, "exceeds"),
        ("none", True, "blocked"),
        (NIL, True, "blocked"),
        (None, True, "absent"),
        ("full", False, "full"),
    ],
)
def test_what_is_declared_is_a_fact(declared, blocked, fact):
    one = NOTE.changed(reduction_blocked=blocked)
    assert facts(one, request=Request(reduce_itc=declared))["reduction"] == fact


def test_a_part_is_declared_with_remarks():
    """advisory.2025-10.remarks.partial: blanks say nothing."""
    for remarks, fact in (("the rest was never availed", "partial"), ("  ", "unexplained"), (None, "unexplained")):
        request = Request(reduce_itc=Heads(igst=99), remarks=remarks)
        assert facts(NOTE, request=request)["reduction"] == fact


def test_a_declaration_is_missing_once_it_is_demanded():
    """api.2026-04: not where the portal takes none."""
    seen = [facts(NOTE, at=scene(MANDATORY + timedelta(seconds=late)))["reduction"] for late in (-1, 0)]
    assert seen == ["absent", "missing"]
    assert facts(NOTE.changed(reduction_blocked=True), at=scene(MANDATORY))["reduction"] == "absent"


def test_what_declares_nothing_is_no_request():
    with pytest.raises(InputError) as caught:
        Request(reduce_itc="missing")
    assert str(caught.value) == (
        "reduction of ITC: 'missing': declares nothing; declare full, none, or the amounts per head in paise"
    )
