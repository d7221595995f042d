"""Proposed actions matched to records, rehearsed and taken."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ims_fsm import Document, Form, Heads, Kind, OriginalReference, Taxpayer, TaxPeriod
from ims_fsm.errors import InputError
from ims_fsm.formats.proposals import Proposal
from ims_fsm.terms.period import indian
from ims_fsm.terms.vocabulary import State, Trigger
from ims_fsm.workflow.upkeep import audit

ME, SELLER, OTHER, OCTOBER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA", "24AAACC1206D1ZM", TaxPeriod("2024-10")


@pytest.fixture
def ims(ims_scratch):
    with ims_scratch.ims(clock=lambda: indian(datetime.fromisoformat("2024-11-09T12:00"))) as opened:
        for gstin in (ME, SELLER):
            opened.register(Taxpayer(gstin=gstin, registered_from=OCTOBER))
        yield opened


@pytest.fixture
def save(ims):
    def saved(number, kind=Kind.INVOICE, **changes):
        whole = {"date": date(2024, 10, 5), "taxable": 10_000_000, "tax": Heads(igst=1_800_000)}
        document = Document(kind=kind, supplier=SELLER, recipient=ME, number=number, **(whole | changes))
        return ims.supplier(SELLER, actor="seller").save(document, Form.GSTR_1, OCTOBER)

    return saved


def proposal(place="line 2", trigger=Trigger.ACCEPT, **named):
    return Proposal(place=place, trigger=trigger, **named)


def refusals(ims, *proposals):
    judged = ims.recipient(ME, actor="reader").check(proposals, where="a.csv")
    return [
        (row.place, refusal.code, refusal.rule, refusal.sentence) for row in judged.refused for refusal in row.refusals
    ]


def states(ims):
    return {record.id: record.state for record in list(ims.recipient(ME, actor="reader").records())}


def test_a_rehearsal_judges_and_keeps_nothing(ims, save):
    invoice, note = save("S/1"), save("C/1", Kind.CREDIT_NOTE)
    judged = ims.recipient(ME, actor="reader").check(
        [proposal(number="s/1"), proposal("line 3", Trigger.KEEP_PENDING, record_id=note)], where="a.csv"
    )
    assert [(row.place, row.record_id, row.allowed) for row in judged.rows] == [
        ("line 2", invoice, True),
        ("line 3", note, False),
    ]
    assert [refusal.rule for refusal in judged.refused[0].refusals] == ["faq.11.a"]
    assert (judged.done, judged.rows[0].dest, judged.rows[1].dest) == (False, "accepted", None)
    assert set(states(ims).values()) == {State.NO_ACTION}
    assert ims.recipient(ME, actor="reader").history(invoice).transitions == ()


def test_taking_keeps_what_is_allowed(ims, save):
    invoice, note = save("S/1"), save("C/1", Kind.CREDIT_NOTE)
    proposals = [proposal(record_id=invoice, remarks="as ordered"), proposal("b", Trigger.KEEP_PENDING, record_id=note)]
    for _ in range(2):
        judged = ims.recipient(ME, actor="me").apply(proposals, where="a.csv", key="k1")
        assert [row.allowed for row in judged.rows] == [True, False]
    assert states(ims) == {invoice: State.ACCEPTED, note: State.NO_ACTION}
    (entry,) = ims.recipient(ME, actor="reader").history(invoice).transitions
    assert (entry.actor, entry.request_key) == ("me", "k1")
    refused = judged.refused[0]
    assert (refused.record_id, refused.document) == (note, f"credit note C/1 of {SELLER}")


def test_what_stands_on_one_chain_is_taken_in_the_order_of_the_file(ims, save):
    original = save("C/1", Kind.CREDIT_NOTE)
    reference = OriginalReference("C/1", date(2024, 10, 5))
    amendment = save("C/1", Kind.CREDIT_NOTE, amends=reference, tax=Heads(igst=900_000))
    reject, pend = (
        proposal("a", Trigger.REJECT, record_id=original),
        proposal("b", Trigger.KEEP_PENDING, record_id=amendment),
    )
    # What stands before them, and would be written with the second of them.
    invoice = proposal("c", Trigger.KEEP_PENDING, record_id=save("S/1"))
    assert [rule for _, _, rule, _ in refusals(ims, invoice, reject, pend)] == ["faq.11.c"]
    assert refusals(ims, invoice, pend, reject) == []


def test_a_record_is_meant_by_what_tells_it_from_others(ims, save):
    original = save("S/1")
    amendment = save("S/1", amends=OriginalReference("S/1", date(2024, 10, 5)))
    told = ("line 2", "ambiguous_record", "rule.46_b", f"S/1 means 2 records ({original}, {amendment})")
    assert refusals(ims, proposal(number="S/1")) == [told]
    for machine, meant in (("invoice", original), ("invoice_amendment", amendment)):
        judged = ims.recipient(ME, actor="reader").check(
            [proposal(number="S/1", supplier=SELLER, machine=machine)], where="a.csv"
        )
        assert [row.record_id for row in judged.rows] == [meant]


def test_what_is_decided_gives_way_to_what_is_open_and_is_refused_when_it_is_alone(ims, save):
    gone = save("S/1")
    ims.supplier(SELLER, actor="seller").delete(gone)
    (row,) = ims.recipient(ME, actor="reader").check([proposal(number="S/1")], where="a.csv").rows
    assert (row.record_id, [refusal.code for refusal in row.refusals]) == (gone, ["removed"])
    again = save("S/1")
    assert ims.recipient(ME, actor="reader").check([proposal(number="S/1")], where="a.csv").rows[0].record_id == again


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"record_id": 4711}, "Id 4711"),
        ({"number": "S/9"}, "S/9"),
        ({"number": "S/1", "supplier": OTHER}, f"S/1 of {OTHER}"),
        ({"number": "S/1", "machine": "credit_note"}, "Credit note S/1"),
        ({"number": "S/9", "record_id": 1}, "S/9 with id 1"),
    ],
)
def test_a_record_that_is_not_there_is_refused_and_the_others_are_done(ims, save, named, told):
    record = save("S/1")
    judged = ims.recipient(ME, actor="me").apply([proposal(**named), proposal("line 3", record_id=record)])
    (row,) = judged.refused
    assert (row.place, row.record_id, row.refusals[0].rule) == ("line 2", None, "faq.18")
    assert row.refusals[0].sentence == f"{told} is not a record of {ME} here"
    assert states(ims) == {record: State.ACCEPTED}


def test_a_record_that_is_named_twice_is_told_and_the_last_action_stands(ims, save):
    record, desk = save("S/1"), ims.recipient(ME, actor="me")
    rows = [
        proposal(record_id=record),
        proposal("line 3", Trigger.REJECT, number="S/1"),
        proposal("line 4", number="x"),
    ]
    judged = desk.apply(rows)
    assert [(named.record_id, named.places) for named in judged.repeated] == [(record, ("line 2", "line 3"))]
    assert states(ims) == {record: State.REJECTED}
    assert [entry.trigger for entry in desk.history(record).transitions] == ["accept", "reject"]


def test_all_or_nothing(ims, save):
    invoice, note = save("S/1"), save("C/1", Kind.CREDIT_NOTE)
    desk = ims.recipient(ME, actor="me")
    rows = [proposal(record_id=invoice), proposal("line 3", Trigger.KEEP_PENDING, record_id=note)]
    for _ in range(2):
        judged = desk.apply(rows, all_or_nothing=True, key="k")
        assert (judged.done, judged.allowed, len(judged.refused)) == (False, 1, 1)
    assert set(states(ims).values()) == {State.NO_ACTION}
    assert desk.history(invoice).transitions == ()
    judged = desk.apply(rows[:1], all_or_nothing=True)
    assert (judged.done, states(ims)[invoice]) == (True, State.ACCEPTED)
    with pytest.raises(InputError, match="is not true or false"):
        desk.apply(rows, all_or_nothing="yes")


def test_what_is_only_judged_leaves_no_declaration_behind(ims, save):
    """What a check writes is taken back, and with it the declarations that the log would name."""
    record = save("S/1")
    desk = ims.recipient(ME, actor="me")
    desk.check([proposal(record_id=record)])
    desk.apply([proposal(record_id=record)])
    assert audit(ims).sound
    assert len(desk.history(record).transitions) == 1


def test_a_recipient_must_be_known(ims):
    with pytest.raises(InputError, match="is not a taxpayer known here"):
        ims.recipient(OTHER, actor="reader").check([proposal(record_id=1)], where="a.csv")


def test_what_was_made_for_another_version_is_outdated(ims, save):
    record = save("S/1")
    document = ims.recipient(ME, actor="reader").record(record).document
    for changed, previous, words in (
        (document, State.REJECTED, "the file says rejected before, and the portal last showed no_action"),
        (document.changed(igst=1), State.NO_ACTION, "its date or amounts are others"),
    ):
        (row,) = (
            ims.recipient(ME, actor="reader")
            .check([proposal(number="S/1", document=changed, previous=previous)], where="up.json")
            .rows
        )
        assert [(one.code, one.rule) for one in row.refusals] == [("stale_version", "faq.16.1")]
        assert row.refusals[0].sentence.endswith(f"since the action on it was chosen: {words}")
    (row,) = (
        ims.recipient(ME, actor="reader")
        .check([proposal(number="S/1", document=document, previous=State.NO_ACTION)], where="up.json")
        .rows
    )
    assert row.allowed


def test_a_row_of_an_earlier_version_is_outdated(ims, save):
    record, desk = save("S/1"), ims.recipient(ME, actor="me")
    version = desk.record(record).version
    (row,) = desk.check([proposal(record_id=record, version=version, previous=State.REJECTED)]).rows
    assert row.allowed
    desk.reject(record)
    (row,) = desk.apply([proposal(record_id=record, version=version)]).rows
    assert [refusal.code for refusal in row.refusals] == ["stale_version"]
    told = f"the file has version {version} of it, and it is at version {version + 1}"
    assert row.refusals[0].sentence.endswith(told)
    assert states(ims) == {record: State.REJECTED}


def test_the_day_tells_two_documents_of_one_number_apart(ims, save):
    save("S/1", date=date(2024, 3, 31))
    second = save("S/1")
    for day in (None, date(2024, 10, 6)):
        assert [code for _, code, _, _ in refusals(ims, proposal(number="S/1", date=day))] == ["ambiguous_record"]
    (row,) = ims.recipient(ME, actor="me").check([proposal(number="S/1", date=date(2024, 10, 5))]).rows
    assert row.record_id == second


def test_a_row_of_another_recipient_is_refused(ims, save):
    record = save("S/1")
    (refused,) = refusals(ims, proposal(record_id=record, recipient=OTHER))
    assert refused == ("line 2", "another_recipient", "faq.18", f"The row is of {OTHER}, and not of {ME}")
    assert refusals(ims, proposal(record_id=record, recipient=ME)) == []
