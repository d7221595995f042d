"""Editions: what is in force for one rule set, chosen by a record's own 2B period."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ims_fsm.errors import InputError
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.loading import read_law
from ims_fsm.terms.period import TaxPeriod


@pytest.fixture
def slip(texts: dict[str, str]) -> Machine:
    return read_law(texts).machine("slip")


@pytest.mark.parametrize(
    ("period", "rule_set"),
    [("2024-09", "FIRST"), ("2024-10", "FIRST"), ("2025-09", "FIRST"), ("2025-10", "SECOND"), ("2031-01", "SECOND")],
)
def test_the_2b_period_chooses_the_edition(slip, period, rule_set):
    assert slip.at(TaxPeriod(period)).rule_set.id == rule_set
    assert slip.at(TaxPeriod(period)) is slip.editions[rule_set]


def test_the_edition_now_in_force_is_the_last(slip):
    assert slip.edition.rule_set.id == "SECOND"


def test_dated_guards_are_in_the_editions_of_their_time_alone(law):
    names = {
        rule_set: {guard.name for guard in edition.guards}
        for rule_set, edition in law.machine("credit_note").editions.items()
    }
    assert "no_pending_on_an_original_credit_note" in names["IMS-2024-10"] - names["IMS-2025-10"]
    assert "pending_for_one_tax_period" in names["IMS-2025-10"] - names["IMS-2024-10"]


def test_dated_transitions_are_in_the_editions_of_their_time_alone(law):
    editions = law.machine("credit_note").editions
    assert editions["IMS-2024-10"].transition("pending", "lapse") is None
    move = editions["IMS-2025-10"].transition("pending", "lapse")
    assert move is not None
    assert move.dest == "no_action"


def test_a_guard_that_can_never_refuse_here_is_left_out(law):
    assert "time_limit_open" in {guard.name for guard in law.machine("invoice").edition.guards}
    assert "time_limit_open" not in {guard.name for guard in law.machine("credit_note").edition.guards}


def test_a_rule_set_without_a_beginning_holds_from_the_start(texts):
    texts["rules.toml"] = texts["rules.toml"].replace('since = "2024-10"\n', "")
    first = read_law(texts).machine("slip").editions["FIRST"]
    assert [guard.name for guard in first.guards] == ["stamped"]


def test_narrowed_values_give_the_schema_and_its_defaults(law):
    schema = law.machine("credit_note").schema
    narrowed = dict(zip(schema.names, schema.values, strict=True))
    assert narrowed["direction"] == ("original",)
    assert narrowed["time_limit"] == ("open",)
    amended = law.machine("credit_note_amendment")
    assert dict(zip(amended.schema.names, amended.schema.defaults, strict=True))["direction"] == "upward"


def test_a_decision_watches_the_facts_of_its_guards_alone(law, texts):
    assert law.machine("invoice").edition.watched("delete") == {"supplier_status"}
    assert read_law(texts).machine("slip").edition.watched("settle") == {"stamp"}


def test_what_is_open_from_a_state_comes_in_order_of_declaration(law):
    edition = law.machine("invoice").edition
    assert edition.open_from("pending") == (
        "accept",
        "reject",
        "keep_pending",
        "reset",
        "edit",
        "delete",
        "freeze",
        "expire",
    )
    assert edition.open_from("frozen") == ()
    assert edition.open_from(ENTRY) == ("save",)


@pytest.mark.parametrize(
    ("state", "trigger", "sentence", "advice"),
    [
        (
            "no_action",
            "expire",
            "This record is no action, and expire leads nowhere from there",
            "from there: accept, reject, keep_pending, reset, edit, delete, freeze",
        ),
        (
            "frozen",
            "freeze",
            "This record is frozen, and freeze leads nowhere from there",
            "from there: nothing; it is decided for good",
        ),
        (ENTRY, "accept", "This record is not here yet, and accept leads nowhere from there", "from there: save"),
    ],
)
def test_what_leads_nowhere_says_where_else_to_go(law, state, trigger, sentence, advice):
    refusal = law.machine("invoice").edition.no_transition(state, trigger)
    assert refusal.sentence() == sentence
    assert refusal.advice() == advice
    assert refusal.rule in law.rules


def test_the_entry_is_a_source_that_may_be_asked_for(law):
    edition = law.machine("invoice").edition
    edition.check(ENTRY, "save", edition.facts())
    with pytest.raises(InputError, match="nowhere: is not a state of invoice"):
        edition.check("nowhere", "save", edition.facts())


def test_the_fingerprint_changes_with_the_declaration(slip, texts, with_guard):
    assert slip.fingerprint == read_law(texts).machine("slip").fingerprint
    assert len(slip.fingerprint) == 64
    assert with_guard(slip, "stamped", remedy="stamp it now").fingerprint == slip.fingerprint
    assert with_guard(slip, "stamped", code="other_code").fingerprint != slip.fingerprint
    later = replace(slip, rule_sets=(replace(slip.rule_sets[0], since=TaxPeriod("2024-11")),))
    assert later.fingerprint != slip.fingerprint


def test_an_edition_says_what_it_is(slip):
    edition = Edition(slip, slip.rule_sets[0])
    assert (edition.name, edition.initial, slip.title) == ("slip", "open", "Slip")
