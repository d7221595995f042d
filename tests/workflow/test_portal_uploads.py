"""What was done here between two downloads: it survives, and the portal is told; declarations; hooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ims_fsm import Heads, Hooks, TaxPeriod, Where
from ims_fsm.terms.vocabulary import State, SupplierStatus

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
SAVED, FILED = SupplierStatus.SAVED, SupplierStatus.FILED
N, A, R, P = State.NO_ACTION, State.ACCEPTED, State.REJECTED, State.PENDING
INVOICES = frozenset({"invoice"})


# --- what was done here ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [N, A, R])
@pytest.mark.parametrize("trigger", ["accept", "reject", "keep_pending", "reset"])
def test_what_was_not_uploaded_survives(stage, trigger, first):
    """A download does not undo it; it is told to the portal with what that showed last."""
    shown = stage.seen(stage.document(), FILED, first)
    (record_id,) = stage.receive(shown).new
    state = stage.act(trigger, record_id).state
    done = stage.again(shown)
    assert stage.record(record_id).state == state
    changes = stage.desk.changed_since_portal()
    if state == first:
        assert (done.kept, changes) == ((), [])
    else:
        assert done.kept == (record_id,)
        assert [(change.record.id, change.record.state, change.previous) for change in changes] == [
            (record_id, state, first)
        ]


def test_once_the_portal_shows_it_it_is_told(stage):
    document = stage.document()
    (record_id,) = stage.receive(stage.seen(document, FILED)).new
    stage.act("reject", record_id, remarks="no")
    uploaded = stage.seen(document, FILED, R, remarks="no")
    assert stage.receive(uploaded) == stage.told(unchanged=1)
    assert stage.desk.changed_since_portal() == []
    assert stage.log(record_id) == ["reject"]
    stage.again(uploaded)


def test_acted_on_here_and_there_the_action_here_stands(stage):
    """And is told to the portal, with what that shows now."""
    document = stage.document()
    (record_id,) = stage.receive(stage.seen(document, FILED, A)).new
    stage.act("reject", record_id)
    pending = stage.seen(document, FILED, P)
    done = stage.receive(pending)
    assert done == stage.told(
        conflicts=(record_id,),
        contradictions=("acted_otherwise",),
    )
    (change,) = stage.desk.changed_since_portal()
    assert (change.record.state, change.previous) == (R, P)
    assert stage.again(pending).kept == (record_id,)


def test_what_began_here_is_not_undone_by_the_portals_silence(stage):
    """A record that was first saved here and acted on: the portal's "no action" is what it last knew."""
    document = stage.document()
    record_id = stage.filed(document)
    stage.act("accept", record_id)
    assert stage.receive(stage.seen(document, FILED)).kept == (record_id,)
    assert stage.record(record_id).state == A
    stage.again(stage.seen(document, FILED))
    assert [change.previous for change in stage.desk.changed_since_portal()] == [N]


def test_what_was_never_on_the_portal_is_told_to_it(stage):
    acted, untouched, past = stage.filed(), stage.filed(), stage.filed(stage.document(reverse_charge=True))
    stage.act("accept", acted)
    assert [(one.record.id, one.previous) for one in stage.desk.changed_since_portal()] == [(acted, N)]
    stage.close()
    assert stage.desk.changed_since_portal() == []
    assert {untouched, past} < stage.states().keys()


def test_remarks_alone_are_told(stage):
    document = stage.document()
    (record_id,) = stage.receive(stage.seen(document, FILED, R)).new
    stage.act("reject", record_id, remarks="not ours")
    assert [change.previous for change in stage.desk.changed_since_portal()] == [R]


# --- declarations (advisory.2025-10) --------------------------------------------------------------------------------


@pytest.fixture
def later(stage):
    """A credit note of 2B period 2025-10."""
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    note = stage.document("credit_note", 100, date=date(2025, 10, 5))
    return stage.at("2025-11-09"), stage.seen(note, FILED, return_period=TaxPeriod("2025-10"))


@pytest.mark.parametrize(
    ("told", "declared", "kept"),
    [
        ("Y", None, ("full", Heads(igst=100))),
        ("Y", Heads(igst=100), ("full", Heads(igst=100))),
        ("Y", Heads(igst=30), ("partial", Heads(igst=30))),
        ("Y", Heads(), ("partial", Heads())),
        ("N", None, ("none", Heads())),
        (None, None, (None, Heads())),
    ],
)
def test_what_was_declared_on_the_portal_is_taken(later, told, declared, kept):
    stage, seen = later
    shown = replace(seen, action=A, itc_reduction=told, declared=declared)
    (record_id,) = stage.receive(shown).new
    record = stage.record(record_id)
    assert (record.reduction, record.declared) == kept
    before = stage.tables(stage.when_shown)
    assert stage.receive(shown) == stage.told(unchanged=1)
    assert stage.tables(stage.when_shown) == before
    stage.close("2025-10")
    taken_back = {"none": 0, "partial": record.declared.igst}.get(kept[0], 100)
    assert stage.totals("2025-10") == {"itc_available": Heads(igst=-taken_back)}


def test_a_declaration_without_acceptance_is_none(later):
    stage, seen = later
    (record_id,) = stage.receive(replace(seen, action=R, itc_reduction="N")).new
    assert stage.record(record_id).reduction is None


@pytest.mark.parametrize(
    ("reduce_itc", "told", "declared"),
    [
        (None, "Y", None),
        ("full", "Y", None),
        ("full", "Y", Heads(igst=100)),
        ("full", None, None),
        (Heads(igst=100), "Y", None),
        ("none", "N", None),
        (Heads(igst=30), "Y", Heads(igst=30)),
    ],
)
def test_a_declaration_is_known_again_in_the_portals_words(later, reduce_itc, told, declared):
    """What comes to the same is no conflict: accepted without a word, in full, or by the whole amount."""
    stage, seen = later
    (record_id,) = stage.receive(seen).new
    stage.act("accept", record_id, reduce_itc=reduce_itc, remarks="as availed")
    shown = replace(seen, action=A, itc_reduction=told, declared=declared, remarks="as availed")
    done = stage.receive(shown)
    assert done == stage.told(unchanged=1)
    assert stage.desk.changed_since_portal() == []


def test_another_declaration_is_told(later):
    stage, seen = later
    (record_id,) = stage.receive(replace(seen, action=A, itc_reduction="Y")).new
    stage.act("accept", record_id, reduce_itc="none")
    assert [change.previous for change in stage.desk.changed_since_portal()] == [A]


def test_another_declaration_on_the_portal_makes_the_draft_stale(later):
    stage, seen = later
    shown = replace(seen, action=A, itc_reduction="N")
    stage.receive(shown)
    stage.at("2025-11-14").draft("2025-10")
    stage.receive(replace(shown, itc_reduction="Y"))
    assert stage.desk.two_b(TaxPeriod("2025-10")).two_b.state == "stale"


# --- hooks ----------------------------------------------------------------------------------------------------------


def test_an_edit_and_a_deletion_are_told_to_the_hooks(stage):
    edited, gone = stage.document(), stage.document()
    stage.receive(stage.seen(edited), stage.seen(gone))
    seen = []
    hooks = Hooks(stage.ims.book.law)
    hooks.after()(lambda event: seen.append((event.record.document.number, event.trigger)))
    stage.ims.hooks = hooks
    stage.receive(stage.seen(edited.changed(igst=1)), complete=INVOICES)
    assert seen == [(edited.number, "edit"), (gone.number, "delete")]


def test_a_download_of_thousands_is_quick_enough_to_come_daily(stage):
    shown = [stage.seen(stage.document(), FILED, A) for _ in range(1_200)]
    stage.receive(*shown)
    assert len(list(stage.desk.records(Where(states=(A,))))) == 1_200
    stage.again(*shown)
