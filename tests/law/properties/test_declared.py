"""What any law ought to keep: nothing undeclared moves, nothing declared is dead; and what breaks that is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.law.declaration import RuleDeclaration, TransitionDeclaration, UseCaseDeclaration
from ims_fsm.law.edition import Edition
from ims_fsm.law.loading import load_own
from ims_fsm.law.modelcheck import check
from ims_fsm.law.properties import declared as properties
from ims_fsm.law.properties.claim import Finding
from ims_fsm.law.properties.declared import Exercise
from ims_fsm.law.register import Law
from ims_fsm.law.space import EditionSpace, Space

CREDIT_NOTES = ("credit_note", "credit_note_amendment")


def exercise_of(law: Law) -> Exercise:
    exercise = Exercise()
    for machine in law.machines.values():
        space = Space(machine.schema)
        for edition in machine.editions.values():
            exercise.take(EditionSpace(edition, space))
    return exercise


def told(findings: Iterable[Finding]) -> list[str]:
    return [found.counterexample for found in findings if found.counterexample is not None]


def test_a_move_that_is_not_declared_is_found(law):
    machine = law.machine("credit_note")
    edition = Edition(machine, machine.rule_sets[0])
    assert told(properties.only_what_is_declared(EditionSpace(edition), law)) == []
    edition._moves["accepted", "expire"] = TransitionDeclaration(
        trigger="expire", source=("accepted",), dest="removed", rules=("faq.21",)
    )
    edition.guards = tuple(g for g in edition.guards if g.name != "expires_only_after_the_time_limit")
    assert told(properties.only_what_is_declared(EditionSpace(edition), law)) == [
        (
            "credit_note under IMS-2024-10: expire in accepted is allowed without a declared transition, "
            "with every fact at its default"
        )
    ]


def test_a_refusal_by_a_rule_that_is_not_registered_is_found(law):
    rules = {name: rule for name, rule in law.rules.items() if name != "faq.10.i"}
    space = EditionSpace(law.machine("credit_note").editions["IMS-2024-10"])
    assert "credit_note: save in accepted is refused by 'faq.10.i', which is not in the register" in told(
        properties.only_what_is_declared(space, replace(law, rules=rules))
    )


def test_every_transition_of_a_return_fires(with_machines):
    assert told(properties.transitions_fire(exercise_of(with_machines("gstr2b", "invoice")))) == []


def test_a_transition_that_never_fires_is_named(law, with_guard, with_machines):
    spoilt = with_guard(law.machine("gstr2b"), "day_has_come", refuse_when={"two_b_day": ("come", "not_yet")})
    found = told(properties.transitions_fire(exercise_of(with_machines(spoilt))))
    assert found == [
        f"gstr2b: generate from {state} never fires under {rule_set}"
        for rule_set in ("IMS-2024-10", "IMS-2025-10")
        for state in ("absent", "draft", "stale")
    ]


def test_what_one_machine_takes_in_may_rest_in_it_and_fire_in_another(with_machines):
    resting = told(properties.transitions_fire(exercise_of(with_machines("credit_note"))))
    assert "credit_note: expire from pending never fires under IMS-2024-10" in resting
    assert "credit_note: keep_pending from accepted never fires under IMS-2024-10" in resting
    assert told(properties.transitions_fire(exercise_of(with_machines("credit_note", "invoice")))) == []


def test_a_guard_that_never_refuses_alone_is_named(law, declared, with_machines):
    machine = law.machine("gstr2b")
    whole = next(guard for guard in machine.declaration.guard if guard.name == "taxpayer_has_ims")
    part = {"name": "first_draft", "refuse_when": {"state": ("absent",), "taxpayer": ("not_eligible",)}}
    spoilt = declared(machine, guard=(*machine.declaration.guard, replace(whole, **part)))
    assert told(properties.guards_refuse(exercise_of(with_machines("gstr2b")))) == []
    assert told(properties.guards_refuse(exercise_of(with_machines(spoilt)))) == [
        f"gstr2b: the guard first_draft on generate never refuses alone under {rule_set}"
        for rule_set in ("IMS-2024-10", "IMS-2025-10")
    ]


def test_a_guard_on_what_can_never_be_is_named(law, with_guard, with_machines):
    machine = law.machine("credit_note")
    spoilt = with_guard(machine, "pending_for_one_tax_period", refuse_when={"direction": ("upward",)})
    found = told(properties.guards_refuse(exercise_of(with_machines(spoilt))))
    assert (
        "credit_note: the guard pending_for_one_tax_period on keep_pending never refuses alone under IMS-2025-10"
        in found
    )


def test_a_citation_that_is_not_registered_is_named(law, with_machines):
    rules = {name: rule for name, rule in law.rules.items() if name != "faq.29"}
    found = told(properties.citations_are_modelled(replace(with_machines("gstr2b"), rules=rules)))
    assert found[:2] == [
        "gstr2b: the state stale cites 'faq.29', which is not in the register",
        "gstr2b: the transition change cites 'faq.29', which is not in the register",
    ]


def test_a_citation_of_what_is_not_modelled_is_named(law, with_machines):
    case = UseCaseDeclaration(name="dream", actor="supplier", says="He dreams.", rules=("faq.2",))
    dreaming = replace(with_machines("gstr2b"), use_cases={"dream": case})
    assert told(properties.citations_are_modelled(dreaming)) == [
        "the use case dream cites 'faq.2', which is marked not modelled"
    ]


def test_a_modelled_rule_that_nothing_exercises_is_named(law, with_machines):
    idle = RuleDeclaration(id="faq.99", title="Nobody asks", source="faq", status="modelled")
    small = replace(with_machines("gstr2b"), rules={"faq.23": law.rules["faq.23"], "faq.99": idle})
    assert told(properties.modelled_rules_are_exercised(small, exercise_of(small))) == [
        "faq.99 is marked modelled, and nothing exercises it"
    ]


@pytest.mark.parametrize(
    ("files", "exercised"),
    [(("calendar.toml",), True), (("gstr2b.toml",), False), (("gstr2b.toml", "annexure_a.toml"), True)],
)
def test_a_table_beside_the_machines_exercises_what_it_cites(with_machines, files, exercised):
    small = replace(with_machines("gstr2b"), cited_by={"faq.99": files}, use_cases={})
    assert ("faq.99" in properties.exercised_rules(small, Exercise())) is exercised


def test_a_guard_that_refuses_nothing_exercises_no_rule(law, with_guard, with_machines):
    spoilt = with_guard(law.machine("gstr2b"), "quarter_as_a_whole", refuse_when={"period": ()}, rule="faq.99")
    assert "faq.99" not in exercise_of(with_machines(spoilt)).rules


def test_the_states_that_freeze_are_taken_from_the_declarations(law, without_guard, with_machines):
    decided = frozenset({"no_action", "accepted", "rejected"})
    assert set(exercise_of(with_machines("credit_note")).freezing.values()) == {decided}
    spoilt = without_guard(law.machine("credit_note"), "pending_stays")
    assert set(exercise_of(with_machines(spoilt)).freezing.values()) == {decided | {"pending"}}


def test_the_supplier_covers_the_credit_of_every_kind(with_machines):
    small = with_machines(*CREDIT_NOTES, "invoice", "invoice_amendment", "bill_of_entry")
    findings = list(properties.supplier_covers_the_credit(small, exercise_of(small)))
    assert len(findings) > 1_000
    assert told(findings) == []


def test_a_credit_that_the_supplier_does_not_cover_is_found(law, without_guard, with_machines):
    spoilt = with_machines(without_guard(law.machine("credit_note"), "pending_stays"), "credit_note_amendment")
    assert told(properties.supplier_covers_the_credit(spoilt, exercise_of(spoilt)))[0] == (
        "80.00 IGST, 80.00 cess pending: E is 0.00, S is -80.00 IGST, -80.00 cess"
    )


EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "purchase_approval.toml"


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., set[str]]:
    """Return a function that gives the properties that fail when words of the example are replaced."""

    def fail(*replaced: tuple[str, str]) -> set[str]:
        text = EXAMPLE.read_text("utf-8")
        for words, others in replaced:
            assert words in text
            text = text.replace(words, others)
        own = tmp_path / EXAMPLE.name
        own.write_text(text, "utf-8")
        return {found.name for found in check(load_own(own)).properties if not found.holds}

    return fail


def test_the_example_keeps_them(broken):
    assert broken() == set()


def test_a_state_behind_a_guard_that_refuses_always_is_never_reached(broken):
    always = ('refuse_when = { sum = ["small", "large"] }', "refuse_when = {}")
    assert broken(always) >= {"every_state_is_reached", "every_transition_fires"}


def test_a_state_that_a_guard_never_lets_go_never_ends(broken):
    assert broken(('refuse_when = { budget = "spent" }', "refuse_when = {}")) >= {"every_state_ends"}


def test_a_guard_that_another_covers_is_dead(broken):
    covered = ('refuse_when = { requester = "manager" }', 'refuse_when = { requester = "manager", sum = "beyond" }')
    assert broken(covered) >= {"every_guard_refuses"}


def test_a_terminal_state_that_is_left_is_refused_before_anything_is_proved(broken):
    with pytest.raises(DeclarationError, match=r"state paid \(line 145\): is terminal but is left under HANDBOOK-2024"):
        broken(('source = ["approved"]', 'source = ["approved", "paid"]'))
