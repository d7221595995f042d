"""A record as the portal shows it: what tells it from others, in which turn it comes, what the portal is told of."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ims_fsm import Document, Form, Kind, OriginalReference, TaxPeriod
from ims_fsm.store.record import PortalView
from ims_fsm.terms.vocabulary import State
from ims_fsm.workflow.sighting import NEVER, filled, identity, in_turn, last_seen, told_alike

NOVEMBER, DECEMBER = TaxPeriod("2024-11"), TaxPeriod("2024-12")


def test_the_identity_of_an_original_is_its_number_in_its_year(stage):
    document = stage.document(number="s/1")
    shown = stage.seen(document)
    same = identity(document, "2024-25", shown)
    assert identity(document.changed(number="S/1", taxable=1), "2024-25", stage.seen(document, form=Form.IFF)) == same
    others = [
        identity(document, "2023-24", shown),
        identity(document.changed(kind=Kind.DEBIT_NOTE), "2024-25", shown),
        identity(document.changed(supplier=stage.other), "2024-25", shown),
        identity(stage.document(number="s/1", amends=document), "2024-25", shown),
    ]
    assert same not in others


def test_an_amendment_is_told_apart_by_its_form_and_period(stage):
    document = stage.document(amends=stage.document())
    found = {
        identity(document, "2024-25", stage.seen(document, form=form, return_period=period))
        for form in (Form.GSTR_1, Form.GSTR_1A)
        for period in (NOVEMBER, DECEMBER)
    }
    assert len(found) == 4


def document(number, amends=None):
    return Document(
        kind=Kind.INVOICE,
        supplier="29AABCT1332L1ZA",
        recipient="27AAPFU0939F1ZV",
        number=number,
        date=date(2024, 10, 5),
        taxable=100,
        amends=OriginalReference(amends, date(2024, 10, 5)) if amends else None,
    )


@given(order=st.permutations(range(6)))
def test_what_an_amendment_names_comes_in_an_earlier_part(staging, order):
    seen = staging.seen
    shown = [
        seen(document("a/1")),
        seen(document("A/1", "a/1"), return_period=NOVEMBER),
        seen(document("a/2", "A/1"), form=Form.GSTR_1A, return_period=NOVEMBER),
        seen(document("a/3", "A/2"), return_period=DECEMBER),
        seen(document("B/1")),
        seen(document("b/2", "B/1"), return_period=NOVEMBER),
    ]
    parts = [*in_turn(shown[at] for at in order)]
    assert sorted(map(repr, shown)) == sorted(repr(one) for part in parts for one in part)
    come: set[str] = set()
    for part in parts:
        assert {one.document.amends.number.upper() for one in part if one.document.amends} <= come
        come |= {one.document.number.upper() for one in part}
    assert [one.document.number for part in parts for one in part if one.document.number[0] in "aA"] == [
        "a/1",
        "A/1",
        "a/2",
        "a/3",
    ]


def test_what_a_dialect_leaves_out_is_filled_from_what_is_known(stage):
    known = stage.document(value=5, pos="27", supplier_name="Seller", pending_blocked=True)
    bare = known.changed(value=None, pos=None, supplier_name="", pending_blocked=None)
    assert filled(bare, known) == known
    told = known.changed(value=0, pos="29", supplier_name="Other", pending_blocked=False)
    assert filled(told, known) == told


def test_what_was_never_seen_is_shown_as_without_action(stage):
    record = stage.record(stage.saved())
    assert last_seen(record) == PortalView(State.NO_ACTION, None, None, NEVER)
    assert told_alike(record, last_seen(record))
    assert not told_alike(stage.act("accept", record.id), last_seen(record))


def test_remarks_without_an_action_are_told_to_nobody(stage):
    record = stage.act("reset", stage.saved(), remarks="never mind")
    assert told_alike(record, last_seen(record))
