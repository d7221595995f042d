"""The machines that ship, read beside the FAQ: names, codes, the pending matrix and who may do what when."""

from __future__ import annotations

from itertools import product

import pytest

from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import decide
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import FIELDS, Refused
from ims_fsm.resources import machines_folder
from ims_fsm.terms.vocabulary import Direction, Kind, Route, State, SupplierStatus, Trigger, TwoBState

MACHINES = (
    "invoice",
    "invoice_amendment",
    "debit_note",
    "debit_note_amendment",
    "credit_note",
    "credit_note_amendment",
    "eco_document",
    "eco_document_amendment",
    "bill_of_entry",
    "gstr2b",
)
# The codes of refusal that a scenario may expect, and those that only the sweep and the return meet.
CODES = frozenset(
    {
        "not_an_ims_document",
        "not_in_ims",
        "ims_not_open",
        "taxpayer_not_eligible",
        "frozen",
        "removed",
        "pending_not_allowed",
        "reject_not_allowed",
        "original_not_settled",
        "original_unknown",
        "stale_version",
        "supplier_record_filed",
        "amendment_time_barred",
        "two_b_not_yet_open",
        "two_b_missing",
        "two_b_stale",
        "previous_3b_not_filed",
        "no_monthly_2b_for_quarterly",
        "three_b_filed",
        "s16_4_expired",
        "itc_reduction_required",
        "itc_reduction_not_applicable",
        "itc_reduction_exceeds_document",
        "remarks_too_long",
        "remarks_required",
        "duplicate_document",
    }
)
CLOCKWORK = frozenset({"not_due", "record_pending", "supplier_record_not_filed"})
EDITIONS = [edition for machine in shipped_law().machines.values() for edition in machine.editions.values()]
RECORDS = [edition for edition in EDITIONS if edition.name != "gstr2b"]
OLD, NEW = "IMS-2024-10", "IMS-2025-10"
MOVES = ("upward", "downward", "unchanged")
AMENDED = ("invoice", "debit_note", "eco_document", "credit_note")
each_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: f"{edition.name}-{edition.rule_set.id}")
each_record = pytest.mark.parametrize("edition", RECORDS, ids=lambda edition: f"{edition.name}-{edition.rule_set.id}")


def codes(edition: Edition, state: str, trigger: str, **facts: str) -> tuple[str, ...]:
    decision = decide(edition, state, trigger, edition.facts(**facts))
    return decision.codes if isinstance(decision, Refused) else ()


def cited(edition: Edition, state: str, trigger: str, **facts: str) -> list[str]:
    decision = decide(edition, state, trigger, edition.facts(**facts))
    return [refusal.rule for refusal in decision.refusals] if isinstance(decision, Refused) else []


def test_every_kind_has_its_machine(law):
    assert set(law.machines) == set(MACHINES)
    assert {machine.name for machine in law.record_machines} >= set(Kind)


def test_every_file_of_the_folder_is_known():
    files = {file.name for file in machines_folder().iterdir() if file.name.endswith(".toml")}
    beside = [
        "rules",
        "facts",
        "workflow",
        "calendar",
        "routes",
        "annexure_a",
        "record",
        "not_law",
        "rows",
        "matching",
        "policy",
        "chasing",
        "permissions",
    ]
    assert files == {f"{name}.toml" for name in {*MACHINES, *beside}}


def test_the_words_of_the_declarations_are_those_of_the_vocabulary(law):
    for machine in law.record_machines:
        assert [state.name for state in machine.declaration.state] == list(State)
        declared = {trigger.name for trigger in machine.declaration.trigger}
        assert set(Trigger) - {"lapse"} <= declared <= {"save", *Trigger}
    assert [state.name for state in law.machine("gstr2b").declaration.state] == list(TwoBState)
    assert set(law.facts["direction"].values) == set(Direction)
    assert set(law.facts["route"].values) == set(Route)
    assert set(law.facts["supplier_status"].values) == set(SupplierStatus)


@each_edition
def test_a_refusal_has_a_code_that_people_may_rely_on(edition):
    assert {guard.code for guard in edition.guards} <= CODES | CLOCKWORK


def test_every_code_that_a_scenario_may_expect_of_a_guard_is_given_by_one():
    assert {guard.code for edition in EDITIONS for guard in edition.guards} >= CODES


@each_edition
def test_every_sentence_reads_whole_with_and_without_its_fields(edition):
    for trigger, watch in edition.watches.items():
        for refusal in watch.refusals:
            for fields in ({}, dict.fromkeys(FIELDS, "X")):
                assert "{" not in refusal.sentence(fields) + refusal.advice(fields), trigger
                assert refusal.sentence(fields)[0] == refusal.sentence(fields)[0].upper()
                assert not refusal.sentence(fields).endswith(".")


@each_record
def test_with_nothing_in_the_way_every_action_is_free_but_for_the_four_cases(edition):
    blocked = {("credit_note", OLD), ("credit_note_amendment", OLD)}
    for state, trigger in product(("no_action", "accepted", "rejected", "pending"), Trigger):
        if trigger in {"accept", "reset"}:
            assert codes(edition, state, trigger) == ()
        if trigger == "keep_pending" and (edition.name, edition.rule_set.id) not in blocked:
            assert codes(edition, state, trigger) == ()


@pytest.mark.parametrize("kind", AMENDED)
@pytest.mark.parametrize("direction", MOVES)
@pytest.mark.parametrize("original", ["accepted", "rejected", "outside"])
def test_what_faq_11_blocks_is_what_october_2025_gives_a_deadline(law, kind, direction, original):
    facts = {"direction": direction, "original": original}
    old, new = (law.machine(f"{kind}_amendment").editions[name] for name in (OLD, NEW))
    blocked = codes(old, "no_action", "keep_pending", **facts)
    assert codes(new, "no_action", "keep_pending", **facts) == ()
    assert codes(new, "no_action", "keep_pending", pending_window="passed", **facts) == blocked
    assert (codes(new, "pending", "lapse", pending_window="passed", **facts) == ()) is bool(blocked)
    assert (codes(new, "no_action", "accept", reduction="missing", **facts) == ()) is not bool(blocked)
    assert (codes(new, "no_action", "accept", reduction="partial", **facts) == ()) is bool(blocked)


@each_record
def test_faq_4_8_17_what_goes_straight_to_gstr_2b(edition):
    for route in set(Route) - {Route.IMS}:
        for trigger in ("accept", "reject", "keep_pending", "reset", "freeze"):
            assert "not_in_ims" in codes(edition, "accepted", trigger, route=route)


def test_faq_12_frozen_is_for_good_and_faq_16_removed_too(law):
    invoice = law.machine("invoice").edition
    for trigger in ("accept", "reject", "keep_pending", "reset"):
        assert codes(invoice, "frozen", trigger) == ("frozen",)
        assert codes(invoice, "removed", trigger) == ("removed",)


@pytest.mark.parametrize(
    ("state", "trigger", "facts", "expected"),
    [
        ("absent", "generate", {}, ()),
        ("absent", "generate", {"two_b_day": "not_yet"}, ("two_b_not_yet_open",)),
        ("absent", "generate", {"previous_3b": "not_filed"}, ("previous_3b_not_filed",)),
        ("absent", "generate", {"previous_3b": "filed_late"}, ()),
        ("absent", "generate", {"previous_3b": "filed_late", "generated_by": "clock"}, ("previous_3b_not_filed",)),
        ("absent", "generate", {"period": "inside_quarter"}, ("no_monthly_2b_for_quarterly",)),
        ("absent", "generate", {"taxpayer": "not_eligible"}, ("taxpayer_not_eligible",)),
        ("stale", "generate", {}, ()),
        ("final", "generate", {}, ("three_b_filed",)),
        ("absent", "file_3b", {}, ("two_b_missing",)),
        ("draft", "file_3b", {}, ()),
        ("stale", "file_3b", {}, ("two_b_stale",)),
        ("stale", "file_3b", {"previous_3b": "not_filed"}, ("two_b_stale", "previous_3b_not_filed")),
        ("final", "file_3b", {}, ("three_b_filed",)),
    ],
)
def test_faq_23_to_29_the_draft_and_the_return(law, state, trigger, facts, expected):
    for edition in law.machine("gstr2b").editions.values():
        assert codes(edition, state, trigger, **facts) == expected
