"""The machines that ship, read beside the FAQ: names, codes, the pending matrix and who may do what when."""

from __future__ import annotations

from itertools import product

import pytest

from ims_fsm.law.decision import decide
from ims_fsm.law.edition import Edition
from ims_fsm.law.loading import shipped_law
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
    beside = {"rules", "facts", "workflow", "calendar", "routes", "annexure_a", "record", "not_law"}
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


def test_faq_11_a_original_credit_note(law):
    old = law.machine("credit_note").editions[OLD]
    for state in ("no_action", "accepted", "rejected"):
        assert cited(old, state, "keep_pending") == ["faq.11.a"], "whatever the recipient did on it before"


@pytest.mark.parametrize("original", ["unsettled", "unsettled_rejected", "accepted", "rejected", "outside"])
def test_faq_11_b_upward_amendment_of_a_credit_note(law, original):
    old = law.machine("credit_note_amendment").editions[OLD]
    assert cited(old, "no_action", "keep_pending", direction="upward", original=original) == ["faq.11.b"]


@pytest.mark.parametrize("direction", ["downward", "unchanged"])
@pytest.mark.parametrize(
    ("original", "rules"),
    [
        ("accepted", []),
        ("unsettled", []),
        ("rejected", ["faq.11.c"]),
        ("unsettled_rejected", ["faq.11.c"]),
        ("outside", ["faq.11.c"]),
    ],
)
def test_faq_11_c_downward_amendment_of_a_credit_note(law, direction, original, rules):
    old = law.machine("credit_note_amendment").editions[OLD]
    assert cited(old, "no_action", "keep_pending", direction=direction, original=original) == rules


@pytest.mark.parametrize("kind", ["invoice", "debit_note", "eco_document"])
@pytest.mark.parametrize("direction", MOVES)
@pytest.mark.parametrize("original", ["unsettled", "unsettled_rejected", "accepted", "rejected", "outside"])
def test_faq_11_d_downward_amendment_of_what_adds_credit(law, kind, direction, original):
    old = law.machine(f"{kind}_amendment").editions[OLD]
    expected = ["faq.11.d"] if (direction, original) == ("downward", "accepted") else []
    assert cited(old, "no_action", "keep_pending", direction=direction, original=original) == expected


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


@pytest.mark.parametrize("kind", AMENDED)
@pytest.mark.parametrize("trigger", ["accept", "reject", "keep_pending", "freeze"])
def test_faq_13_the_original_of_another_2b_period_first(law, kind, trigger):
    for edition in law.machine(f"{kind}_amendment").editions.values():
        assert "original_not_settled" in codes(edition, "accepted", trigger, original="unsettled", same_period="no")
        assert "original_unknown" in codes(edition, "accepted", trigger, original="unknown")
        assert "original_not_settled" not in codes(edition, "accepted", trigger, original="unsettled")


@each_record
def test_faq_4_8_17_what_goes_straight_to_gstr_2b(edition):
    for route in set(Route) - {Route.IMS}:
        for trigger in ("accept", "reject", "keep_pending", "reset", "freeze"):
            assert "not_in_ims" in codes(edition, "accepted", trigger, route=route)


def test_faq_8_2_imports_are_accepted_or_pending_and_never_rejected(law):
    new = law.machine("bill_of_entry").editions[NEW]
    assert codes(new, "no_action", "reject") == ("reject_not_allowed",)
    assert codes(new, "no_action", "accept") == codes(new, "no_action", "keep_pending") == ()


def test_faq_12_frozen_is_for_good_and_faq_16_removed_too(law):
    invoice = law.machine("invoice").edition
    for trigger in ("accept", "reject", "keep_pending", "reset"):
        assert codes(invoice, "frozen", trigger) == ("frozen",)
        assert codes(invoice, "removed", trigger) == ("removed",)


def test_faq_15_16_19_saved_and_filed(law):
    invoice = law.machine("invoice").edition
    assert codes(invoice, "no_action", "freeze", supplier_status="saved") == ("supplier_record_not_filed",)
    for trigger in ("edit", "delete"):
        assert codes(invoice, "accepted", trigger, supplier_status="saved") == ()
        assert codes(invoice, "accepted", trigger, supplier_status="filed") == ("supplier_record_filed",)


def test_faq_21_only_what_has_a_time_limit_expires(law):
    for kind in ("invoice", "debit_note", "eco_document"):
        edition = law.machine(kind).edition
        assert codes(edition, "pending", "expire") == ("not_due",)
        assert codes(edition, "pending", "expire", time_limit="passed") == ()
    for kind in ("credit_note", "bill_of_entry"):
        values = dict(zip(law.machine(kind).schema.names, law.machine(kind).schema.values, strict=True))
        assert values["time_limit"] == ("open",)


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
