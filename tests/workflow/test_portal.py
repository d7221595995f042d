"""Taking in a download: the same again changes nothing, what happened here survives, what the portal did is logged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pytest

from ims_fsm import Document, Form, Heads, Hooks, TaxPeriod, Where
from ims_fsm.terms.vocabulary import State, SupplierStatus
from ims_fsm.workflow.portal import Received

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
SAVED, FILED = SupplierStatus.SAVED, SupplierStatus.FILED
N, A, R, P = State.NO_ACTION, State.ACCEPTED, State.REJECTED, State.PENDING
INVOICES = frozenset({"invoice"})


@dataclass(frozen=True)
class Seen:
    """A record as the portal shows it."""

    document: Document
    supplier_status: SupplierStatus = SAVED
    action: State = N
    form: Form = Form.GSTR_1
    return_period: TaxPeriod = OCTOBER
    reduction_blocked: bool | None = None
    itc_reduction: str | None = None
    declared: Heads | None = None
    remarks: str | None = None
    portal_hash: str | None = None
    itc_period: TaxPeriod | None = None


def receive(stage, *shown, complete=frozenset()):
    return stage.ims.receive(stage.buyer, shown, actor="portal", complete=complete)


def again(stage, *shown, complete=frozenset()):
    """Take the same in once more, a little later, and prove that no table has another byte."""
    before = stage.tables()
    stage.now += stage.at("2024-11-10 00:01").now - stage.at("2024-11-10 00:00").now
    done = receive(stage, *shown, complete=complete)
    assert stage.tables() == before
    assert done == Received(unchanged=len(shown), kept=done.kept, notes=done.notes)
    return done


def states(stage):
    return {record.id: str(record.state) for record in stage.ims.inward(stage.buyer)}


# --- what is new ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [N, A, R, P])
@pytest.mark.parametrize("status", [SAVED, FILED])
def test_what_is_new_comes_in_with_its_action(stage, status, action):
    """The action that the portal shows has happened, so the log has it; no action is none."""
    shown = Seen(stage.document(), status, action, remarks="as agreed" if action is not N else None)
    done = receive(stage, shown)
    (record_id,) = done.new
    assert done == Received(new=(record_id,))
    record = stage.record(record_id)
    assert (record.state, record.filed, record.remarks) == (action, status is FILED, shown.remarks)
    assert record.two_b_period == (OCTOBER if status is FILED else None)
    words = {N: [], A: ["accept"], R: ["reject"], P: ["keep_pending"]}
    assert stage.log(record_id) == words[action]
    for entry in stage.ims.history(record_id).transitions:
        assert (entry.actor, entry.detail) == ("portal", '{"shown_by": "portal"}')
    assert stage.ims.changed_since_portal(stage.buyer) == []
    again(stage, shown)
    assert not stage.faults()


def test_what_the_portal_shows_is_not_judged(stage):
    """Guards say what may be done, not what was: a pending credit note of 2024 is taken as it is shown."""
    (record_id,) = receive(stage, Seen(stage.document("credit_note"), FILED, P)).new
    assert stage.record(record_id).state == P


def test_a_whole_download_comes_again_and_changes_nothing(stage):
    original, note = stage.document(), stage.document("credit_note", pending_blocked=True)
    shown = [
        Seen(stage.document(amends=original), FILED, R, return_period=NOVEMBER, remarks="no"),
        Seen(original, FILED, A, portal_hash="a" * 64),
        Seen(note, FILED, A, reduction_blocked=True),
        Seen(stage.document("debit_note"), SAVED, P),
        Seen(stage.document("eco_document"), SAVED, N, remarks="left over", itc_reduction="N"),
        Seen(stage.document(amends=stage.document(number="unknown")), SAVED, N, form=Form.GSTR_1A),
        Seen(stage.document(supplier=stage.other, supplier_name="Other"), SAVED, A),
    ]
    done = receive(stage, *shown)
    assert len(done.new) == len(shown)
    assert again(stage, *shown, complete=INVOICES).notes == ()
    assert again(stage, *reversed(shown)).notes == ()
    assert not stage.faults()


def test_an_empty_download_is_none(stage):
    assert receive(stage) == Received()


def test_a_download_is_one_taxpayers(stage):
    stage.taxpayer(stage.other)
    mine, elsewhere = stage.document(), stage.document(recipient=stage.other)
    with stage.unreadable(
        f"invoice S/2 of {stage.seller}: is a document for {stage.other}; take in what belongs to {stage.buyer}"
    ):
        receive(stage, Seen(mine), Seen(elsewhere))


def test_a_download_is_of_a_known_taxpayer(stage):
    sentence = f"{stage.other}: is no taxpayer known here; register it first: ims-fsm taxpayer {stage.other}"
    with stage.unreadable(sentence):
        stage.ims.receive(stage.other, [], actor="portal")
    with stage.unreadable(sentence):
        stage.ims.changed_since_portal(stage.other)


def test_what_is_shown_twice_is_taken_once(stage):
    document = stage.document()
    done = receive(stage, Seen(document, action=A), Seen(document, action=R))
    assert done.notes == (f"invoice S/1 of {stage.seller} is shown more than once; the first was taken",)
    assert states(stage) == {done.new[0]: "accepted"}


def test_what_another_year_or_kind_shares_is_only_the_number(stage):
    document = stage.document()
    done = receive(
        stage,
        Seen(document),
        Seen(document.changed(date=date(2024, 3, 5))),
        Seen(stage.document("debit_note", number=document.number)),
    )
    assert len(done.new) == 3


# --- chains ---------------------------------------------------------------------------------------------------------


def test_a_chain_in_one_file_is_linked_whatever_its_order(stage):
    original = stage.document(igst=100)
    one = stage.document(igst=80, amends=original)
    two = stage.document(igst=90, amends=one)
    shown = [
        Seen(two, FILED, return_period=TaxPeriod("2024-12")),
        Seen(one, FILED, return_period=NOVEMBER),
        Seen(original, FILED),
    ]
    receive(stage, *shown)
    records = {record.document.number: record for record in stage.ims.inward(stage.buyer)}
    chain = [records[document.number] for document in (original, one, two)]
    assert [member.chain_id for member in chain] == [chain[0].id] * 3
    assert [member.amends_id for member in chain] == [None, chain[0].id, chain[1].id]
    assert [stage.ims.show(member.id).direction for member in chain] == ["original", "downward", "upward"]
    again(stage, *shown)


def test_an_amendment_with_the_number_of_its_original(stage):
    original = stage.document(igst=100)
    amended = stage.document(igst=80, number=original.number, amends=original)
    once_more = amended.changed(igst=70)
    shown = [
        Seen(once_more, FILED, return_period=TaxPeriod("2024-12")),
        Seen(amended, FILED, return_period=NOVEMBER),
        Seen(original, FILED),
    ]
    receive(stage, *shown)
    members = stage.ims.history(1).chain
    assert [member.document.tax.igst for member in members] == [100, 80, 70]
    assert [member.amends_id for member in members] == [None, members[0].id, members[1].id]
    again(stage, *shown)


def test_an_amendment_whose_original_is_not_shown_waits(stage):
    shown = Seen(stage.document(amends=stage.document()), FILED)
    (record_id,) = receive(stage, shown).new
    assert [refusal.code for refusal in stage.ims.may("accept", record_id).refusals] == ["original_unknown"]
    assert stage.ims.may("reset", record_id)
    again(stage, shown)


def test_the_section_of_originals_may_come_after_that_of_amendments(stage):
    """The API hands out one section at a time."""
    original = stage.document(igst=100)
    (second,) = receive(stage, Seen(stage.document(igst=80, amends=original), FILED, R)).new
    (first,) = receive(stage, Seen(original, FILED)).new
    view = stage.ims.show(second)
    assert (view.record.chain_id, view.record.state, view.original) == (first, R, "unsettled")
    stage.close()
    assert stage.record(first).disposition == "superseded"


# --- what changed on the portal -------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [A, R, P])
def test_a_changed_saved_record_loses_its_action(stage, action):
    """FAQ 16."""
    document = stage.document(value=118_000)
    (record_id,) = receive(stage, Seen(document, action=action, remarks="ours")).new
    edited = Seen(document.changed(igst=20_000))
    assert receive(stage, edited) == Received(reset=(record_id,))
    record = stage.record(record_id)
    assert (record.state, record.contents, record.remarks, record.document.tax.igst) == (N, 2, None, 20_000)
    assert stage.log(record_id)[1:] == ["edit"]
    assert stage.ims.changed_since_portal(stage.buyer) == []
    again(stage, edited)
    assert not stage.faults()


def test_a_changed_saved_record_without_action_is_edited(stage):
    document = stage.document()
    (record_id,) = receive(stage, Seen(document)).new
    assert receive(stage, Seen(document.changed(taxable=5))) == Received(edited=(record_id,))


def test_a_changed_saved_record_that_was_acted_on_again(stage):
    document = stage.document()
    (record_id,) = receive(stage, Seen(document, action=A)).new
    edited = Seen(document.changed(igst=1), action=R)
    assert receive(stage, edited) == Received(reset=(record_id,), adopted=(record_id,))
    assert stage.log(record_id) == ["accept", "edit", "reject"]
    again(stage, edited)
    assert not stage.faults()


def test_a_change_takes_back_what_was_done_here_too(stage):
    document = stage.document()
    (record_id,) = receive(stage, Seen(document)).new
    stage.act("accept", record_id)
    edited = Seen(document.changed(igst=1))
    assert receive(stage, edited) == Received(reset=(record_id,))
    assert states(stage) == {record_id: "no_action"}
    again(stage, edited)


def test_what_a_dialect_leaves_out_is_no_change(stage):
    """Neither of the content nor of the portal's flags and hash."""
    document = stage.document(value=118_000, pos="27", supplier_name="Seller", pending_blocked=True)
    shown = Seen(document, portal_hash="h" * 64, reduction_blocked=True)
    (record_id,) = receive(stage, shown).new
    bare = Seen(document.changed(value=None, pos=None, supplier_name="", pending_blocked=None))
    again(stage, bare)
    again(stage, shown)
    flags = replace(shown, document=document.changed(pending_blocked=False), reduction_blocked=False)
    assert receive(stage, flags) == Received(unchanged=1)
    record = stage.record(record_id)
    assert (record.document.pending_blocked, record.reduction_blocked, record.state) == (False, False, N)


def test_a_name_that_comes_later_is_kept(stage):
    document = stage.document()
    (record_id,) = receive(stage, Seen(document)).new
    receive(stage, Seen(document.changed(supplier_name="Seller")))
    assert stage.record(record_id).document.supplier_name == "Seller"


@pytest.mark.parametrize("complete", [INVOICES, frozenset(), frozenset({"credit_note"})])
def test_a_saved_record_that_vanished_was_deleted(stage, complete):
    """FAQ 16: only where the download shows everything of its machine, and only what the portal had shown."""
    kept, gone, filed, note = (stage.document(kind) for kind in ("invoice", "invoice", "invoice", "credit_note"))
    receive(stage, Seen(kept), Seen(gone, action=A), Seen(filed, FILED), Seen(note, FILED))
    local = stage.saved()
    kept_id, gone_id, *_rest = states(stage)
    done = receive(stage, Seen(kept), complete=complete)
    if complete != INVOICES:
        assert done == Received(unchanged=1)
        return
    assert done == Received(deleted=(gone_id,), unchanged=1)
    assert stage.record(gone_id).removed_for == "supplier_deleted"
    assert {state for record_id, state in states(stage).items() if record_id != gone_id} == {"no_action"}
    assert stage.record(local).state == stage.record(kept_id).state == N
    again(stage, Seen(kept), complete=complete)
    assert not stage.faults()


def test_what_was_deleted_may_be_saved_again(stage):
    document = stage.document()
    (first,) = receive(stage, Seen(document)).new
    receive(stage, complete=INVOICES)
    (second,) = receive(stage, Seen(document)).new
    assert states(stage) == {first: "removed", second: "no_action"}
    again(stage, Seen(document), complete=INVOICES)


def test_the_portals_action_is_adopted(stage):
    """Somebody acted on the portal itself."""
    document = stage.document()
    (record_id,) = receive(stage, Seen(document, FILED, A)).new
    rejected = Seen(document, FILED, R, remarks="no")
    assert receive(stage, rejected) == Received(adopted=(record_id,))
    assert (stage.record(record_id).state, stage.record(record_id).remarks) == (R, "no")
    again(stage, rejected)
    taken_back = Seen(document, FILED, N)
    assert receive(stage, taken_back) == Received(adopted=(record_id,))
    assert stage.log(record_id) == ["accept", "reject", "reset"]
    again(stage, taken_back)
    assert not stage.faults()


def test_an_adopted_action_makes_the_draft_stale(stage):
    document = stage.document()
    receive(stage, Seen(document, FILED, A))
    stage.at("2024-11-14").draft()
    receive(stage, Seen(document, FILED, R))
    assert stage.ims.two_b(stage.buyer, OCTOBER).two_b.state == "stale"


@pytest.mark.parametrize("known", [None, SAVED])
def test_what_turns_out_to_be_filed_makes_the_draft_stale(stage, known):
    """A draft that was generated before the download was made does not hold it."""
    document = stage.document()
    if known:
        receive(stage, Seen(document))
    stage.at("2024-11-14").draft()
    receive(stage, Seen(document, FILED))
    assert stage.ims.two_b(stage.buyer, OCTOBER).two_b.state == "stale"
    stage.draft()
    assert stage.totals() == {"itc_available": Heads(igst=18_000)}
    again(stage, Seen(document, FILED))
    assert stage.ims.two_b(stage.buyer, OCTOBER).two_b.state == "draft"


def test_a_saved_record_leaves_the_draft_as_it_is(stage):
    stage.at("2024-11-14").draft()
    receive(stage, Seen(stage.document(), action=A))
    assert stage.ims.two_b(stage.buyer, OCTOBER).two_b.state == "draft"


# --- saved, then filed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "seen_saved", "seen_filed", "period"),
    [
        ("GSTR-1", ["2024-11-05"], "2024-11-11", "2024-10"),
        ("GSTR-1", ["2024-11-05"], "2024-11-20", "2024-10"),
        ("GSTR-1", ["2024-11-11 23:59"], "2024-11-12", "2024-10"),
        ("GSTR-1", ["2024-11-12 00:00"], "2024-11-20", "2024-11"),
        ("GSTR-1", ["2024-11-05", "2024-11-15"], "2024-11-20", "2024-11"),
        ("IFF", ["2024-11-13 23:59"], "2024-11-20", "2024-10"),
        ("GSTR-1A", ["2024-11-05"], "2024-11-20", "2024-11"),
        ("GSTR-1", [], "2024-12-20", "2024-10"),
    ],
)
def test_a_filed_record_gets_the_2b_period_that_is_certain(stage, form, seen_saved, seen_filed, period):
    """No download tells when a form was filed: not before it was last seen unfiled, and not before its own period."""
    document = stage.document()
    for moment in seen_saved:
        receive(stage.at(moment), Seen(document, form=Form(form)))
    stage.at(seen_filed)
    filed = Seen(document, FILED, A, form=Form(form))
    done = receive(stage, filed)
    (record_id,) = done.new or done.filed
    assert stage.record(record_id).two_b_period == period
    assert (stage.record(record_id).state, stage.record(record_id).filed_at) == (A, stage.now)
    before = stage.tables()
    assert receive(stage, filed) == Received(unchanged=1)
    assert stage.tables() == before


def test_seeing_it_unfiled_again_is_kept_only_where_it_tells_more(stage):
    """In a later 2B window; only that moment is written then."""
    document = stage.document()
    (record_id,) = receive(stage.at("2024-11-05"), Seen(document)).new
    before = stage.record(record_id)
    receive(stage.at("2024-11-11 23:59"), Seen(document))
    assert stage.record(record_id) == before
    receive(stage.at("2024-11-12 00:00"), Seen(document))
    after = stage.record(record_id)
    assert after == before.changed(version=before.version + 1, portal=replace(before.portal, seen_at=stage.now))


def test_a_quarterly_recipients_period_is_the_quarter(stage):
    stage.taxpayer(stage.buyer, filing="quarterly")
    (record_id,) = receive(stage, Seen(stage.document(), FILED)).new
    assert stage.record(record_id).two_b_period == "2024-12"


def test_the_2b_period_that_the_portal_names_is_taken(stage):
    bill = stage.document("bill_of_entry", supplier="", date=date(2025, 10, 5))
    shown = Seen(bill, FILED, form=Form.ICEGATE, return_period=TaxPeriod("2025-10"), itc_period=TaxPeriod("2025-11"))
    (record_id,) = receive(stage.at("2025-12-05"), shown).new
    assert stage.record(record_id).two_b_period == "2025-11"


@pytest.mark.parametrize(("action", "period"), [(N, "2024-11"), (R, "2024-11"), (P, "2024-10")])
def test_what_is_still_in_ims_was_not_decided(stage, action, period):
    """FAQ 5: after GSTR-3B of October only what is pending can be of October's 2B period."""
    stage.close()
    (record_id,) = receive(stage, Seen(stage.document(), FILED, action)).new
    assert stage.record(record_id).two_b_period == period


def test_filing_keeps_the_action_and_the_content(stage):
    """FAQ 15, 19.1."""
    document = stage.document()
    (record_id,) = receive(stage, Seen(document, action=R)).new
    assert receive(stage, Seen(document, FILED, R)) == Received(filed=(record_id,))
    assert stage.log(record_id) == ["reject"]
    edited = stage.document()
    (other,) = receive(stage, Seen(edited, action=R)).new
    assert receive(stage, Seen(edited.changed(igst=1), FILED)) == Received(reset=(other,), filed=(other,))
    assert stage.record(other).standing == Heads(igst=1)
    assert not stage.faults()


def test_a_filed_record_is_not_edited_by_a_download(stage):
    document = stage.document()
    receive(stage, Seen(document, FILED))
    done = again(stage, Seen(document.changed(igst=1), FILED))
    assert done.notes == (
        f"invoice S/1 of {stage.seller} is filed, and the portal now shows it otherwise; kept as filed",
    )


def test_what_was_decided_here_stays(stage):
    """Frozen, removed by section 16(4), or settled past IMS: whatever the portal still shows."""
    frozen, expired = stage.document(), stage.document(date=date(2024, 3, 5))
    past = stage.document(reverse_charge=True)
    receive(stage, Seen(frozen, FILED, A), Seen(expired, FILED, P))
    stage.filed(past, form="IFF")
    stage.close()
    stage.at("2024-12-01").ims.sweep([stage.buyer])
    assert [*states(stage).values()] == ["frozen", "removed", "no_action"]
    again(stage, Seen(frozen, FILED, R), Seen(expired, FILED, P), Seen(past, FILED, A), complete=INVOICES)


# --- what was done here ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [N, A, R])
@pytest.mark.parametrize("trigger", ["accept", "reject", "keep_pending", "reset"])
def test_what_was_not_uploaded_survives(stage, trigger, first):
    """A download does not undo it; it is told to the portal with what that showed last."""
    shown = Seen(stage.document(), FILED, first)
    (record_id,) = receive(stage, shown).new
    state = stage.act(trigger, record_id).state
    done = again(stage, shown)
    assert stage.record(record_id).state == state
    changes = stage.ims.changed_since_portal(stage.buyer)
    if state == first:
        assert (done.kept, changes) == ((), [])
    else:
        assert done.kept == (record_id,)
        assert [(change.record.id, change.record.state, change.previous) for change in changes] == [
            (record_id, state, first)
        ]


def test_once_the_portal_shows_it_it_is_told(stage):
    document = stage.document()
    (record_id,) = receive(stage, Seen(document, FILED)).new
    stage.act("reject", record_id, remarks="no")
    uploaded = Seen(document, FILED, R, remarks="no")
    assert receive(stage, uploaded) == Received(unchanged=1)
    assert stage.ims.changed_since_portal(stage.buyer) == []
    assert stage.log(record_id) == ["reject"]
    again(stage, uploaded)


def test_acted_on_here_and_there_the_action_here_stands(stage):
    """And is told to the portal, with what that shows now."""
    document = stage.document()
    (record_id,) = receive(stage, Seen(document, FILED, A)).new
    stage.act("reject", record_id)
    pending = Seen(document, FILED, P)
    done = receive(stage, pending)
    assert done == Received(
        conflicts=(record_id,),
        notes=(f"invoice S/1 of {stage.seller} was acted on here and on the portal; the action here stands",),
    )
    (change,) = stage.ims.changed_since_portal(stage.buyer)
    assert (change.record.state, change.previous) == (R, P)
    assert again(stage, pending).kept == (record_id,)


def test_what_began_here_is_not_undone_by_the_portals_silence(stage):
    """A record that was first saved here and acted on: the portal's "no action" is what it last knew."""
    document = stage.document()
    record_id = stage.filed(document)
    stage.act("accept", record_id)
    assert receive(stage, Seen(document, FILED)).kept == (record_id,)
    assert stage.record(record_id).state == A
    again(stage, Seen(document, FILED))
    assert [change.previous for change in stage.ims.changed_since_portal(stage.buyer)] == [N]


def test_what_was_never_on_the_portal_is_told_to_it(stage):
    acted, untouched, past = stage.filed(), stage.filed(), stage.filed(stage.document(reverse_charge=True))
    stage.act("accept", acted)
    assert [(one.record.id, one.previous) for one in stage.ims.changed_since_portal(stage.buyer)] == [(acted, N)]
    stage.close()
    assert stage.ims.changed_since_portal(stage.buyer) == []
    assert {untouched, past} < states(stage).keys()


def test_remarks_alone_are_told(stage):
    document = stage.document()
    (record_id,) = receive(stage, Seen(document, FILED, R)).new
    stage.act("reject", record_id, remarks="not ours")
    assert [change.previous for change in stage.ims.changed_since_portal(stage.buyer)] == [R]


# --- declarations (advisory.2025-10) --------------------------------------------------------------------------------


@pytest.fixture
def later(stage):
    """A credit note of 2B period 2025-10."""
    stage.taxpayer(stage.buyer, registered_from="2025-10")
    note = stage.document("credit_note", 100, date=date(2025, 10, 5))
    return stage.at("2025-11-09"), Seen(note, FILED, return_period=TaxPeriod("2025-10"))


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
    (record_id,) = receive(stage, shown).new
    record = stage.record(record_id)
    assert (record.reduction, record.declared) == kept
    before = stage.tables()
    assert receive(stage, shown) == Received(unchanged=1)
    assert stage.tables() == before
    stage.close("2025-10")
    taken_back = {"none": 0, "partial": record.declared.igst}.get(kept[0], 100)
    assert stage.totals("2025-10") == {"itc_available": Heads(igst=-taken_back)}


def test_a_declaration_without_acceptance_is_none(later):
    stage, seen = later
    (record_id,) = receive(stage, replace(seen, action=R, itc_reduction="N")).new
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
    (record_id,) = receive(stage, seen).new
    stage.act("accept", record_id, reduce_itc=reduce_itc)
    done = receive(stage, replace(seen, action=A, itc_reduction=told, declared=declared))
    assert done == Received(unchanged=1)
    assert stage.ims.changed_since_portal(stage.buyer) == []


def test_another_declaration_is_told(later):
    stage, seen = later
    (record_id,) = receive(stage, replace(seen, action=A, itc_reduction="Y")).new
    stage.act("accept", record_id, reduce_itc="none")
    assert [change.previous for change in stage.ims.changed_since_portal(stage.buyer)] == [A]


def test_another_declaration_on_the_portal_makes_the_draft_stale(later):
    stage, seen = later
    shown = replace(seen, action=A, itc_reduction="N")
    receive(stage, shown)
    stage.at("2025-11-14").draft("2025-10")
    receive(stage, replace(shown, itc_reduction="Y"))
    assert stage.ims.two_b(stage.buyer, TaxPeriod("2025-10")).two_b.state == "stale"


# --- hooks ----------------------------------------------------------------------------------------------------------


def test_an_edit_and_a_deletion_are_told_to_the_hooks(stage):
    edited, gone = stage.document(), stage.document()
    receive(stage, Seen(edited), Seen(gone))
    seen = []
    hooks = Hooks(stage.ims.book.law)
    hooks.after()(lambda event: seen.append((event.record.document.number, event.trigger)))
    stage.ims.hooks = hooks
    receive(stage, Seen(edited.changed(igst=1)), complete=INVOICES)
    assert seen == [(edited.number, "edit"), (gone.number, "delete")]


def test_a_download_of_thousands_is_quick_enough_to_come_daily(stage):
    shown = [Seen(stage.document(), FILED, A) for _ in range(1_200)]
    receive(stage, *shown)
    assert len(stage.ims.inward(stage.buyer, Where(states=(A,)))) == 1_200
    again(stage, *shown)
