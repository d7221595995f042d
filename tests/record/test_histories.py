"""Histories of a chain: what is proved of every point within the bounds, and a spoilt law or step is found out."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.ledger import Outcome
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.histories import moves as played
from ims_fsm.record.histories import suite
from ims_fsm.record.histories.bounds import kinds_alike, setting, settings
from ims_fsm.record.histories.moves import Chains, Moves
from ims_fsm.record.histories.proof import prove
from ims_fsm.record.histories.properties import CLAIMS
from ims_fsm.record.histories.setting import IN_IMS, LESS, MORE, SAME, Bounds, Content
from ims_fsm.record.steps import considered, settled
from ims_fsm.scenario.reading import scenario_of
from ims_fsm.scenario.running import run_scenario
from ims_fsm.terms.money import NIL
from ims_fsm.terms.vocabulary import Kind, RemovedFor, Trigger

BOOK = shipped_book()


def small(kind: Kind, era: str, book: LawBook = BOOK, **bounds):
    """Return a setting of two versions, all of them in IMS."""
    wanted = {"versions": 2, "amendments": IN_IMS, "acts_on_saved": False, "halves": False, "deletes": False, **bounds}
    return setting(book, kind, era, Bounds(**wanted))


def failing(*chosen):
    """Return the claims that fail in settings, each with its first counterexample."""
    return {found.claim.name: found.counterexamples[0] for found in prove(chosen).properties if found.failed}


def spoilt(*machines):
    """Return the shipped law with these machines in the place of their names."""
    return replace(BOOK, law=replace(BOOK.law, machines={**BOOK.law.machines, **{one.name: one for one in machines}}))


def without(machine, guard):
    """Return a machine without one of its guards."""
    left = tuple(one for one in machine.declaration.guard if one.name != guard)
    assert len(left) < len(machine.declaration.guard)
    return replace(machine, declaration=replace(machine.declaration, guard=left))


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Kind.INVOICE, Kind.CREDIT_NOTE])
def test_every_history_before_october_2025_holds(kind):
    report = prove([small(kind, "before")])
    assert [found.claim.name for found in report.properties if found.failed] == []
    assert {found.claim for found in report.properties} == set(CLAIMS)
    assert report.histories > 10**9
    assert sum(explored.moves for explored in report.explored) > report.points > 1000


def test_every_claim_cites_rules_of_the_register():
    for claim in CLAIMS:
        assert set(claim.rules) <= set(BOOK.law.rules)
        assert claim.sentence[0].isupper()
        assert not claim.sentence.endswith(".")


def test_kinds_that_the_law_decides_alike_are_explored_once():
    alike = kinds_alike(BOOK)
    assert Kind.DEBIT_NOTE in alike[Kind.INVOICE]
    assert Kind.CREDIT_NOTE in alike
    other = spoilt(without(BOOK.law.machines["debit_note_amendment"], "pending_for_one_tax_period"))
    assert Kind.DEBIT_NOTE in kinds_alike(other)
    explored = {chosen.kind for chosen in settings(BOOK)}
    assert explored == set(alike)


def test_points_that_are_reached_in_two_ways_are_one():
    chains, chosen = Chains(), small(Kind.INVOICE, "before")
    moves = Moves(chosen, chains)
    moves.go_to(chosen.stations[0])
    saved = moves.happenings(0)[0].chain
    filed = next(happening.chain for happening in moves.happenings(saved) if happening.move.verb == "file")
    after = {happening.move.verb: happening.chain for happening in moves.happenings(filed)}
    back = {happening.move.verb: happening.chain for happening in moves.happenings(after["accept"])}
    assert back["reset"] == filed
    assert back["reject"] == after["reject"]


# --- each property is broken by a law, or by a step, that is not right ------------------------------------------------


def test_a_guard_that_bars_the_freeze_is_found_out():
    machine = BOOK.law.machines["invoice_amendment"]
    guards = tuple(
        replace(guard, refuse_when={"original": ("accepted",)}) if guard.name == "original_settled" else guard
        for guard in machine.declaration.guard
    )
    stuck = replace(machine, declaration=replace(machine.declaration, guard=guards))
    found = failing(small(Kind.INVOICE, "before", spoilt(stuck), amendments=(Content(SAME),)))
    assert "whatever the recipient does" in found["gstr3b_can_be_filed"].wrong


@pytest.mark.parametrize(
    ("machine", "guard", "bounds"),
    [
        ("credit_note", "no_pending_on_an_original_credit_note", {"versions": 1}),
        ("credit_note_amendment", "no_pending_on_an_upward_amendment", {"amendments": (Content(MORE),)}),
        ("credit_note_amendment", "no_pending_after_a_rejected_original", {"amendments": (Content(LESS),)}),
        ("invoice_amendment", "no_pending_on_a_downward_amendment", {"amendments": (Content(LESS),)}),
    ],
)
def test_a_case_of_faq_11_that_is_taken_out_is_found_out(machine, guard, bounds):
    kind = Kind(machine.removesuffix("_amendment"))
    found = failing(small(kind, "before", spoilt(without(BOOK.law.machines[machine], guard)), **bounds))
    assert found.keys() == {"no_pending_at_stake"}


def test_pending_without_its_deadline_is_found_out():
    machine = BOOK.law.machines["credit_note"]
    moves = tuple(move for move in machine.declaration.transition if move.trigger != Trigger.LAPSE)
    endless = replace(machine, declaration=replace(machine.declaration, transition=moves))
    found = failing(small(Kind.CREDIT_NOTE, "cut", spoilt(endless), versions=1))
    assert "stays pending past its deadline" in found["specified_pending_ends"].wrong


@pytest.mark.parametrize("guard", ["recomputed_before_3b", "drafted_before_3b"])
def test_a_return_filed_on_no_fresh_draft_is_found_out(guard):
    returns = BOOK.law.machines["gstr2b"]
    filing = {"source": ("absent", "draft", "stale")}
    moves = tuple(replace(m, **filing) if m.trigger == "file_3b" else m for m in returns.declaration.transition)
    loose = replace(returns, declaration=replace(returns.declaration, transition=moves))
    found = failing(small(Kind.INVOICE, "before", spoilt(without(loose, guard)), versions=1))
    assert found.keys() == {"generated_twice_alike"}


def settle_otherwise(**changes):
    """Return a step that settles as the record's own does, with amounts changed."""

    def step(record, outcome, *read):
        after, moved = settled(record, outcome, *read)
        return after.changed(**{name: change(record, outcome, after) for name, change in changes.items()}), moved

    return step


def test_a_settled_amount_that_is_changed_is_found_out(monkeypatch):
    doubled = settle_otherwise(carried=lambda _record, _outcome, after: after.carried * 2)
    monkeypatch.setattr(played, "settled", doubled)
    assert "sum_is_what_is_carried" in failing(small(Kind.INVOICE, "before", versions=1))


def test_a_credit_note_that_gives_credit_is_found_out(monkeypatch):
    turned = settle_otherwise(carried=lambda _record, _outcome, after: after.carried * -1)
    monkeypatch.setattr(played, "settled", turned)
    assert "credit_notes_give_no_credit" in failing(small(Kind.CREDIT_NOTE, "before", versions=1))


def test_a_rejection_that_adds_nothing_back_is_found_out(monkeypatch):
    def nothing(record, outcome, *read):
        after, moved = settled(record, outcome, *read)
        return (after, replace(moved, add_back=NIL)) if outcome is Outcome.REJECTED else (after, moved)

    monkeypatch.setattr(played, "settled", nothing)
    found = failing(small(Kind.CREDIT_NOTE, "before", versions=1))
    assert "0.00 is added back, and E - S was 100.00 IGST" in found["supplier_covers_the_credit"].wrong


def test_a_filed_document_that_is_forgotten_is_found_out(monkeypatch):
    monkeypatch.setattr(played, "frozen_by", lambda _chain, _period, _scene: {})
    found = failing(small(Kind.INVOICE, "before", versions=1))
    assert "neither shown nor left out for a reason" in found["filed_once_or_explained"].wrong


def test_an_amendment_decided_before_its_original_is_found_out(monkeypatch):
    def everything(chain, period, _scene):
        return {record.id: Outcome.DEEMED_ACCEPTED for record in considered(chain, period) if record.state != "pending"}

    monkeypatch.setattr(played, "frozen_by", everything)
    asking = Moves.decided

    def decided(self, record, chain, trigger, facts=None):
        freezes = trigger is Trigger.FREEZE
        return Allowed("frozen", ()) if freezes else asking(self, record, chain, trigger, facts)

    monkeypatch.setattr(Moves, "decided", decided)
    assert "decided_in_turn" in failing(small(Kind.INVOICE, "before", amendments=(Content(SAME),)))


def test_a_draft_that_an_action_does_not_make_stale_is_found_out(monkeypatch):
    acting = Moves._of_the_recipient
    monkeypatch.setattr(
        Moves, "_of_the_recipient", lambda self, chain: ((*made[:2], None) for made in acting(self, chain))
    )
    assert "generated_twice_alike" in failing(small(Kind.INVOICE, "before", versions=1))


def test_what_the_clock_takes_out_of_ims_that_is_not_there_is_found_out(monkeypatch):
    monkeypatch.setattr(played, "ENDINGS", {Trigger.DELETE: RemovedFor.SEC_16_4})
    found = failing(small(Kind.INVOICE, "before", versions=1, acts_on_saved=True))
    assert "removed while it is only saved" in found["leaves_ims_from_ims"].wrong


@pytest.mark.long
def test_every_history_within_the_default_bounds_holds():
    report = prove(settings(BOOK))
    assert {found.claim.name: found.stories for found in report.properties if found.failed} == {}
    assert report.holds
    assert report.points > 10**6


# --- the stories ------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_suite_of_stories_is_that_of_the_law_as_declared():
    folder = Path(__file__).parents[1] / "histories"
    kept = {file.relative_to(folder).as_posix(): file.read_text("utf-8") for file in folder.rglob("*.toml")}
    assert kept == suite.written(BOOK), f"write it again: {suite.COMMAND.removeprefix('Written by: ')}"


def test_a_counterexample_is_a_scenario_that_the_engine_runs(ims_scratch):
    spoilt_law = spoilt(without(BOOK.law.machines["credit_note"], "no_pending_on_an_original_credit_note"))
    report = prove([small(Kind.CREDIT_NOTE, "before", spoilt_law, versions=1)])
    (found,) = (found for found in report.properties if found.failed)
    (story,) = found.stories
    assert story.startswith("# Wrong: version 1 is pending: S is -100.00 IGST, E 0.00.\n")
    scenario = scenario_of(tomllib.loads(story), Path("story.toml"))
    outcome = run_scenario(scenario, ims_scratch)
    assert "pending_not_allowed" in str(outcome.failures[0].happened)
