"""Decisions: pure, total, with every refusal in the order of declaration; and what an edition never allows."""

from __future__ import annotations

from itertools import islice, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import InputError
from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import REMEMBERED, always_refused, decide, judge, reached
from ims_fsm.law.declaration import ENTRY, STATE, GuardDeclaration
from ims_fsm.law.edition import Edition
from ims_fsm.law.facts import Facts
from ims_fsm.law.reading import validated
from ims_fsm.law.refusal import FIELDS, Allowed, Refusal, Refused, Watch
from ims_fsm.law.register import Law

PENDING = Refusal("a", "pending_not_allowed", "faq.11.a", ("faq.34",), "{document} of {period} waits", "accept it")
REMARKS = Refusal("b", "remarks_too_long", "advisory.2025-10.remarks", (), "the remarks are too long", "shorten them")
EDITIONS = [edition for machine in shipped_law().machines.values() for edition in machine.editions.values()]


@st.composite
def situations(draw: st.DrawFn) -> tuple[Edition, str, str, tuple[str, ...]]:
    edition = draw(st.sampled_from(EDITIONS))
    state = draw(st.sampled_from([ENTRY, *edition.states]))
    trigger = draw(st.sampled_from(list(edition.triggers)))
    return edition, state, trigger, draw(st.tuples(*map(st.sampled_from, edition.schema.values)))


def edition_of(law: Law, machine: str, rule_set: str) -> Edition:
    return law.machine(machine).editions[rule_set]


def test_a_sentence_is_filled_in_and_begins_large():
    assert PENDING.sentence({"document": "CN/7"}) == "CN/7 of its 2B period waits"
    assert PENDING.sentence() == "This record of its 2B period waits"
    assert PENDING.advice({"document": "CN/7"}) == "accept it"


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_every_field_has_words_of_its_own(field):
    refusal = Refusal("a", "code", "faq.1", (), f"of {{{field}}} it says", "nothing")
    assert refusal.sentence() == f"Of {FIELDS[field]} it says"


@pytest.mark.parametrize(("rule", "cited"), [("faq.11", True), ("faq.11.a", True), ("faq.34", True), ("faq.1", False)])
def test_a_refusal_cites_its_rules_and_what_lies_above_them(rule, cited):
    assert PENDING.cites(rule) is cited


def test_allowed_is_true_and_refused_is_false():
    assert Allowed("accepted", ("faq.10.i",))
    assert not Refused((PENDING,))


def test_codes_are_given_once_in_order():
    assert Refused((REMARKS, PENDING, REMARKS)).codes == ("remarks_too_long", "pending_not_allowed")


@given(situations())
def test_every_situation_is_decided_and_always_alike(asked):
    edition, state, trigger, row = asked
    facts = edition.schema.facts(dict(zip(edition.schema.names, row, strict=True)))
    decision = decide(edition, state, trigger, facts)
    assert decision == decide(edition, state, trigger, facts) == judge(edition, state, trigger, row)
    assert isinstance(decision, Allowed) or decision.refusals


@given(situations())
def test_refusals_come_in_the_order_of_declaration(asked):
    edition, state, trigger, row = asked
    decision = judge(edition, state, trigger, row)
    order = [*(guard.name for guard in edition.machine.declaration.guard), "declared_transition"]
    given_by = [refusal.guard for refusal in decision.refusals] if isinstance(decision, Refused) else []
    assert given_by == sorted(given_by, key=order.index)
    assert len(given_by) == len(set(given_by))


def test_all_refusals_are_given_never_only_the_first(law):
    edition = edition_of(law, "credit_note", "IMS-2024-10")
    facts = edition.facts(ims="not_yet", taxpayer="not_eligible", remarks="too_long", portal_pending="blocked")
    decision = decide(edition, "frozen", "keep_pending", facts)
    assert isinstance(decision, Refused)
    assert decision.codes == (
        "frozen",
        "ims_not_open",
        "taxpayer_not_eligible",
        "remarks_too_long",
        "pending_not_allowed",
    )
    assert [refusal.rule for refusal in decision.refusals][-2:] == ["faq.11", "faq.11.a"]


def test_allowed_names_the_dest_and_its_rules(law):
    edition = edition_of(law, "invoice", "IMS-2024-10")
    assert decide(edition, "rejected", "accept", edition.facts()) == Allowed("accepted", ("faq.10.i", "faq.12"))


def test_what_leads_nowhere_is_refused_by_the_rules_of_the_state(law):
    edition = edition_of(law, "invoice", "IMS-2024-10")
    decision = decide(edition, "accepted", "expire", edition.facts(time_limit="passed"))
    assert isinstance(decision, Refused)
    assert decision.codes == ("no_transition",)
    assert decision.refusals[0].rules == ("faq.10.i", "faq.14.i")


def test_a_machine_is_asked_only_what_it_knows(law):
    edition = edition_of(law, "gstr2b", "IMS-2024-10")
    other = edition_of(law, "invoice", "IMS-2024-10")
    with pytest.raises(InputError) as caught:
        decide(edition, "pending", "accept", other.facts())
    assert str(caught.value) == (
        "gstr2b: 3 problems\n"
        "  pending: is not a state of gstr2b; its states are absent, draft, stale, final\n"
        "  accept: is not a trigger of gstr2b; its triggers are generate, change, file_3b\n"
        "  facts: are not those of gstr2b; ask the machine's own facts() for them"
    )


def test_a_remembered_decision_does_not_let_foreign_facts_pass(law):
    edition = edition_of(law, "credit_note", "IMS-2024-10")
    other = edition_of(law, "invoice", "IMS-2024-10")
    facts = other.facts()
    edition.decided["no_action", "accept", facts.row] = Allowed("accepted", ())
    try:
        with pytest.raises(InputError, match="are not those of credit_note"):
            decide(edition, "no_action", "accept", facts)
    finally:
        edition.decided.clear()


def test_however_many_situations_are_asked_for_few_are_remembered(law):
    edition = edition_of(law, "credit_note_amendment", "IMS-2025-10")
    edition.decided.clear()
    rows = product(*edition.schema.values)
    asked = [Facts(edition.schema, row) for row in islice(rows, REMEMBERED + 2)]
    decisions = [decide(edition, "no_action", "keep_pending", facts) for facts in asked]
    assert len(edition.decided) == 2
    assert decisions == [judge(edition, "no_action", "keep_pending", facts.row) for facts in asked]


@pytest.mark.parametrize(("rule_set", "barred"), [("IMS-2024-10", True), ("IMS-2025-10", False)])
def test_an_original_credit_note_was_never_pending_before_october_2025(law, rule_set, barred):
    edition = law.machine("credit_note").editions[rule_set]
    assert always_refused(edition, "no_action", "keep_pending") == barred
    assert ("pending" not in reached(edition)) == barred


def test_what_is_always_refused_is_refused_in_every_situation(law):
    edition = law.machine("bill_of_entry").edition
    assert always_refused(edition, "no_action", "reject")
    originals = edition.schema.values_of["original"]
    assert not any(decide(edition, "no_action", "reject", edition.facts(original=value)) for value in originals)


def test_the_entry_and_the_initial_state_are_reached(law):
    assert {ENTRY, "absent", "draft", "stale", "final"} == reached(law.machine("gstr2b").edition)


def guard(name: str, **refuse_when: list[str]) -> GuardDeclaration:
    return validated(GuardDeclaration, {
        "name": name,
        "triggers": ["accept"],
        "refuse_when": refuse_when,
        "rule": "faq.1",
        "code": name,
        "says": "it is refused",
        "remedy": "none",
    })  # fmt: skip


WATCH = Watch(
    [guard("frozen", state=["frozen"]), guard("low", direction=["downward", "unchanged"]), guard("always")],
    ("ims", "direction"),
)


def refused(state: str, *row: str) -> list[str]:
    return [refusal.code for refusal in WATCH.refusing(state, row)]


def test_a_guard_refuses_where_its_state_or_value_is_met_and_one_without_either_always():
    assert refused("accepted", "open", "upward") == ["always"]
    assert refused("frozen", "open", "upward") == ["frozen", "always"]
    assert refused("frozen", "open", "unchanged") == ["frozen", "low", "always"]


def test_without_a_guard_nothing_refuses():
    assert Watch([], ("ims",)).refusing("accepted", ("open",)) == ()


@given(st.data())
def test_the_shipped_guards_refuse_as_each_does_alone(data):
    edition = data.draw(st.sampled_from(EDITIONS))
    trigger = data.draw(st.sampled_from(list(edition.triggers)))
    state = data.draw(st.sampled_from([ENTRY, *edition.states]))
    row = data.draw(st.tuples(*map(st.sampled_from, edition.schema.values)))
    said = {STATE: state, **dict(zip(edition.schema.names, row, strict=True))}
    alone = [
        one.name
        for one in edition.guards
        if trigger in one.triggers and all(said[fact] in values for fact, values in one.refuse_when.items())
    ]
    assert [refusal.guard for refusal in edition.watches[trigger].refusing(state, row)] == alone
