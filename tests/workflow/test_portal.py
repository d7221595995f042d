"""Taking in a download: the same again changes nothing, what happened here survives, what the portal did is logged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ims_fsm import Form, Heads, TaxPeriod
from ims_fsm.terms.vocabulary import State, SupplierStatus

OCTOBER, NOVEMBER, DECEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11"), TaxPeriod("2024-12")
SAVED, FILED = SupplierStatus.SAVED, SupplierStatus.FILED
N, A, R, P = State.NO_ACTION, State.ACCEPTED, State.REJECTED, State.PENDING
INVOICES = frozenset({"invoice"})
AMENDED = frozenset({"invoice_amendment"})


# --- what is new ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [N, A, R, P])
@pytest.mark.parametrize("status", [SAVED, FILED])
def test_what_is_new_comes_in_with_its_action(stage, status, action):
    """The action that the portal shows has happened, so the log has it; no action is none."""
    shown = stage.seen(stage.document(), status, action, remarks="as agreed" if action is not N else None)
    done = stage.receive(shown)
    (record_id,) = done.new
    assert done == stage.told(new=(record_id,))
    record = stage.record(record_id)
    assert (record.state, record.filed, record.remarks) == (action, status is FILED, shown.remarks)
    assert record.two_b_period == (OCTOBER if status is FILED else None)
    words = {N: [], A: ["accept"], R: ["reject"], P: ["keep_pending"]}
    assert stage.log(record_id) == words[action]
    for entry in stage.desk.history(record_id).transitions:
        assert (entry.actor, entry.detail) == ("portal", '{"remarks": "as agreed", "shown_by": "portal"}')
    assert stage.desk.changed_since_portal() == []
    stage.again(shown)
    assert not stage.faults()


def test_what_the_portal_shows_is_not_judged(stage):
    """Guards say what may be done, not what was: a pending credit note of 2024 is taken as it is shown."""
    (record_id,) = stage.receive(stage.seen(stage.document("credit_note"), FILED, P)).new
    assert stage.record(record_id).state == P


def test_a_whole_download_comes_again_and_changes_nothing(stage):
    original, note = stage.document(), stage.document("credit_note", pending_blocked=True)
    shown = [
        stage.seen(stage.document(amends=original), FILED, R, return_period=NOVEMBER, remarks="no"),
        stage.seen(original, FILED, A, portal_hash="a" * 64),
        stage.seen(note, FILED, A, reduction_blocked=True),
        stage.seen(stage.document("debit_note"), SAVED, P),
        stage.seen(stage.document("eco_document"), SAVED, N, remarks="left over", itc_reduction="N"),
        stage.seen(stage.document(amends=stage.document(number="unknown")), SAVED, N, form=Form.GSTR_1A),
        stage.seen(stage.document(supplier=stage.other, supplier_name="Other"), SAVED, A),
    ]
    done = stage.receive(*shown)
    assert len(done.new) == len(shown)
    assert stage.again(*shown, complete=INVOICES).notes == ()
    assert stage.again(*reversed(shown)).notes == ()
    assert not stage.faults()


def test_an_empty_download_is_none(stage):
    assert stage.receive() == stage.told()


def test_a_download_is_one_taxpayers(stage):
    stage.taxpayer(stage.other)
    mine, elsewhere = stage.document(), stage.document(recipient=stage.other)
    with stage.unreadable(
        f"invoice S/2 of {stage.seller}: is a document for {stage.other}; take in what belongs to {stage.buyer}"
    ):
        stage.receive(stage.seen(mine), stage.seen(elsewhere))


def test_what_is_shown_twice_is_taken_once(stage):
    document = stage.document()
    done = stage.receive(stage.seen(document, action=A), stage.seen(document, action=R))
    assert done.notes == (f"invoice S/1 of {stage.seller} is shown more than once; the first was taken",)
    assert stage.states() == {done.new[0]: "accepted"}


def test_what_another_year_or_kind_shares_is_only_the_number(stage):
    document = stage.document()
    others = document.changed(date=date(2024, 3, 5)), stage.document("debit_note", number=document.number)
    assert len(stage.receive(*map(stage.seen, (document, *others))).new) == 3


# --- chains ---------------------------------------------------------------------------------------------------------


def test_a_chain_in_one_file_is_linked_whatever_its_order(stage):
    original = stage.document(igst=100)
    one = stage.document(igst=80, amends=original)
    two = stage.document(igst=90, amends=one)
    shown = [
        stage.seen(two, FILED, return_period=DECEMBER),
        stage.seen(one, FILED, return_period=NOVEMBER),
        stage.seen(original, FILED),
    ]
    stage.receive(*shown)
    records = {record.document.number: record for record in list(stage.desk.records())}
    chain = [records[document.number] for document in (original, one, two)]
    assert [member.chain_id for member in chain] == [chain[0].id] * 3
    assert [stage.desk.show(member.id).direction for member in chain] == ["original", "downward", "upward"]
    stage.again(*shown)


def test_an_amendment_with_the_number_of_its_original(stage):
    original = stage.document(igst=100)
    amended = stage.document(igst=80, number=original.number, amends=original)
    once_more = amended.changed(igst=70)
    shown = [
        stage.seen(once_more, FILED, return_period=DECEMBER),
        stage.seen(amended, FILED, return_period=NOVEMBER),
        stage.seen(original, FILED),
    ]
    stage.receive(*shown)
    members = stage.desk.history(1).chain
    assert [member.document.tax.igst for member in members] == [100, 80, 70]
    stage.again(*shown)


def test_an_amendment_whose_original_is_not_shown_waits(stage):
    shown = stage.seen(stage.document(amends=stage.document()), FILED)
    (record_id,) = stage.receive(shown).new
    assert [refusal.code for refusal in stage.desk.may("accept", record_id).refusals] == ["original_unknown"]
    assert stage.desk.may("reset", record_id)
    stage.again(shown)


def test_the_section_of_originals_may_come_after_that_of_amendments(stage):
    """The API hands out one section at a time."""
    original = stage.document(igst=100)
    (second,) = stage.receive(stage.seen(stage.document(igst=80, amends=original), FILED, R)).new
    (first,) = stage.receive(stage.seen(original, FILED)).new
    view = stage.desk.show(second)
    assert (view.record.chain_id, view.record.state, view.original) == (first, R, "unsettled")
    stage.close()
    assert stage.record(first).disposition == "superseded"


def test_what_was_taken_as_deleted_belongs_to_the_original_that_comes_later(stage):
    """A section of amendments may be whole before that of originals is here; shown again, it carries the chain's S."""
    original = stage.document(igst=100)
    amendment = stage.seen(stage.document(igst=80, amends=original), return_period=NOVEMBER)
    (gone,) = stage.receive(amendment).new
    assert stage.receive(complete=AMENDED).deleted == (gone,)
    (first,) = stage.receive(stage.seen(original, FILED)).new
    assert stage.record(gone).chain_id == first
    assert stage.receive(amendment).restored == (gone,)
    view = stage.desk.show(gone)
    assert (view.original, view.record.standing) == ("unsettled", Heads(igst=100))
    assert not stage.faults()


def test_a_version_that_is_older_than_a_deleted_one_stands_before_it(stage):
    original = stage.document(igst=100)
    (_, gone) = stage.receive(
        stage.seen(original, FILED), stage.seen(stage.document(igst=80, amends=original), return_period=DECEMBER)
    ).new
    stage.receive(complete=AMENDED)
    stage.receive(stage.seen(stage.document(igst=90, amends=original), FILED, return_period=NOVEMBER))
    assert stage.record(gone).standing == Heads(igst=90)


@pytest.mark.parametrize("renamed", [False, True], ids=["an original", "an amendment"])
def test_what_comes_later_joins_all_that_name_its_number(stage, renamed):
    """Two amendments name one number, on two days of a year: they are one chain once it is here."""
    document = stage.document(amends=stage.document() if renamed else None)
    named = [document.changed(date=date(2024, 10, day)) for day in (6, 7)]
    stage.receive(*(stage.seen(stage.document(amends=of), FILED, return_period=NOVEMBER) for of in named))
    assert len({record.chain_id for record in stage.desk.records()}) == 2
    stage.receive(stage.seen(document, FILED))
    assert len({record.chain_id for record in stage.desk.records()}) == 1
    assert not stage.faults()


def test_two_originals_that_one_chain_names_are_of_that_chain(stage):
    """Two amendments give one number and name two documents, which come in one download."""
    originals = [stage.document() for _ in range(2)]
    stage.receive(
        stage.seen(stage.document(number="N/1", amends=originals[0]), FILED, return_period=NOVEMBER),
        stage.seen(stage.document(number="N/1", amends=originals[1]), FILED, return_period=DECEMBER),
    )
    stage.receive(*(stage.seen(original, FILED) for original in originals))
    assert len({record.chain_id for record in stage.desk.records()}) == 1
    assert not stage.faults()


# --- what changed on the portal -------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [A, R, P])
def test_a_changed_saved_record_loses_its_action(stage, action):
    """FAQ 16."""
    document = stage.document(value=118_000)
    (record_id,) = stage.receive(stage.seen(document, action=action, remarks="ours")).new
    edited = stage.seen(document.changed(igst=20_000))
    assert stage.receive(edited) == stage.told(reset=(record_id,))
    record = stage.record(record_id)
    assert (record.state, record.contents, record.remarks, record.document.tax.igst) == (N, 2, None, 20_000)
    assert stage.log(record_id)[1:] == ["edit"]
    assert stage.desk.changed_since_portal() == []
    stage.again(edited)
    assert not stage.faults()


def test_a_changed_saved_record_without_action_is_edited(stage):
    document = stage.document()
    (record_id,) = stage.receive(stage.seen(document)).new
    assert stage.receive(stage.seen(document.changed(taxable=5))) == stage.told(edited=(record_id,))


def test_a_changed_saved_record_that_was_acted_on_again(stage):
    document = stage.document()
    (record_id,) = stage.receive(stage.seen(document, action=A)).new
    edited = stage.seen(document.changed(igst=1), action=R)
    assert stage.receive(edited) == stage.told(reset=(record_id,), adopted=(record_id,))
    assert stage.log(record_id) == ["accept", "edit", "reject"]
    stage.again(edited)
    assert not stage.faults()


def test_a_change_takes_back_what_was_done_here_too(stage):
    document = stage.document()
    (record_id,) = stage.receive(stage.seen(document)).new
    stage.act("accept", record_id)
    edited = stage.seen(document.changed(igst=1))
    assert stage.receive(edited) == stage.told(reset=(record_id,))
    assert stage.states() == {record_id: "no_action"}
    stage.again(edited)


def test_what_a_dialect_leaves_out_is_no_change(stage):
    """Neither of the content nor of the portal's flags and hash."""
    document = stage.document(value=118_000, pos="27", supplier_name="Seller", pending_blocked=True)
    shown = stage.seen(document, portal_hash="h" * 64, reduction_blocked=True)
    (record_id,) = stage.receive(shown).new
    bare = stage.seen(document.changed(value=None, pos=None, supplier_name="", pending_blocked=None))
    stage.again(bare)
    stage.again(shown)
    flags = replace(shown, document=document.changed(pending_blocked=False), reduction_blocked=False)
    assert stage.receive(flags) == stage.told(unchanged=1)
    record = stage.record(record_id)
    assert (record.document.pending_blocked, record.reduction_blocked, record.state) == (False, False, N)


def test_a_name_that_comes_later_is_kept(stage):
    document = stage.document()
    (record_id,) = stage.receive(stage.seen(document)).new
    stage.receive(stage.seen(document.changed(supplier_name="Seller")))
    assert stage.record(record_id).document.supplier_name == "Seller"


@pytest.mark.parametrize("complete", [INVOICES, frozenset(), frozenset({"credit_note"})])
def test_a_saved_record_that_vanished_was_deleted(stage, complete):
    """FAQ 16: only where the download shows everything of its machine, and only what the portal had shown."""
    kept, gone, filed, note = (stage.document(kind) for kind in ("invoice", "invoice", "invoice", "credit_note"))
    stage.receive(stage.seen(kept), stage.seen(gone, action=A), stage.seen(filed, FILED), stage.seen(note, FILED))
    local = stage.saved()
    kept_id, gone_id, *_rest = stage.states()
    done = stage.receive(stage.seen(kept), complete=complete)
    if complete != INVOICES:
        against = ("filed_is_gone",) if complete else ()
        assert done == stage.told(unchanged=1, contradictions=against)
        return
    assert done == stage.told(deleted=(gone_id,), unchanged=1, contradictions=("filed_is_gone",))
    assert stage.record(gone_id).removed_for == "supplier_deleted"
    assert {state for record_id, state in stage.states().items() if record_id != gone_id} == {"no_action"}
    assert stage.record(local).state == stage.record(kept_id).state == N
    stage.again(stage.seen(kept), complete=complete)
    assert not stage.faults()


def test_what_is_shown_again_was_not_deleted(stage):
    document, other = stage.document(), stage.seen(stage.document())
    first, kept = stage.receive(stage.seen(document), other).new
    stage.receive(other, complete=INVOICES)
    assert stage.states() == {first: "removed", kept: "no_action"}
    done = stage.receive(stage.seen(document), other)
    assert done == stage.told(restored=(first,), unchanged=1, contradictions=("deletion_undone",))
    assert (stage.states()[first], stage.log(first)) == ("no_action", ["delete", "restore"])
    stage.again(stage.seen(document), other, complete=INVOICES)
    assert not stage.faults()


def test_the_portals_action_is_adopted(stage):
    """Somebody acted on the portal itself."""
    document = stage.document()
    (record_id,) = stage.receive(stage.seen(document, FILED, A)).new
    rejected = stage.seen(document, FILED, R, remarks="no")
    assert stage.receive(rejected) == stage.told(adopted=(record_id,))
    assert (stage.record(record_id).state, stage.record(record_id).remarks) == (R, "no")
    stage.again(rejected)
    taken_back = stage.seen(document, FILED, N)
    assert stage.receive(taken_back) == stage.told(adopted=(record_id,))
    assert stage.log(record_id) == ["accept", "reject", "reset"]
    stage.again(taken_back)
    assert not stage.faults()


def test_an_adopted_action_makes_the_draft_stale(stage):
    document = stage.document()
    stage.receive(stage.seen(document, FILED, A))
    stage.at("2024-11-14").draft()
    stage.receive(stage.seen(document, FILED, R))
    assert stage.desk.two_b(OCTOBER).two_b.state == "stale"


@pytest.mark.parametrize("known", [None, SAVED])
def test_what_turns_out_to_be_filed_makes_the_draft_stale(stage, known):
    """A draft that was generated before the download was made does not hold it."""
    document = stage.document()
    if known:
        stage.receive(stage.seen(document))
    stage.at("2024-11-14").draft()
    stage.receive(stage.seen(document, FILED))
    assert stage.desk.two_b(OCTOBER).two_b.state == "stale"
    stage.draft()
    assert stage.totals() == {"itc_available": Heads(igst=18_000)}
    stage.again(stage.seen(document, FILED))
    assert stage.desk.two_b(OCTOBER).two_b.state == "draft"


def test_a_saved_record_leaves_the_draft_as_it_is(stage):
    stage.at("2024-11-14").draft()
    stage.receive(stage.seen(stage.document(), action=A))
    assert stage.desk.two_b(OCTOBER).two_b.state == "draft"
