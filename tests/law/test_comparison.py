"""Two editions side by side: every difference, and none besides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ims_fsm.draw.comparison import comparisons
from ims_fsm.law.book import shipped_law
from ims_fsm.law.comparison import Change, GuardChange, compare
from ims_fsm.law.decision import always_refused
from ims_fsm.law.edition import Edition

OLD, NEW = "IMS-2024-10", "IMS-2025-10"
MACHINES = list(shipped_law().machines.values())

each_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda each: each.name)


def taken(edition: Edition) -> set[tuple[str, str, str]]:
    """Return the moves that an edition can make."""
    return {
        (source, move.trigger, move.dest)
        for move in edition.transitions
        for source in move.source
        if not always_refused(edition, source, move.trigger)
    }


@each_machine
def test_added_and_gone_moves_are_those_that_one_edition_alone_can_make(machine):
    before, after = machine.editions[OLD], machine.editions[NEW]
    found = compare(before, after).moves
    by_change = {
        change: {(move.source, move.trigger, move.dest) for move in found if move.change is change} for change in Change
    }
    assert by_change[Change.ADDED] == taken(after) - taken(before)
    assert by_change[Change.GONE] == taken(before) - taken(after)
    assert {(move.source, move.trigger, move.dest) for move in found if move.taken} == taken(before) | taken(after)


@each_machine
def test_added_and_gone_guards_are_those_of_one_edition_alone(machine):
    names = [{guard.name for guard in machine.editions[rule_set].guards} for rule_set in (OLD, NEW)]
    found = compare(machine.editions[OLD], machine.editions[NEW]).guards
    assert {each.guard.name for each in found if each.change is Change.ADDED} == names[1] - names[0]
    assert {each.guard.name for each in found if each.change is Change.GONE} == names[0] - names[1]
    assert {each.guard.name for each in found} == names[0] | names[1]


@each_machine
def test_a_move_is_changed_exactly_where_a_guard_on_it_differs(machine):
    found = compare(machine.editions[OLD], machine.editions[NEW])
    for move in found.moves:
        differing = {
            each.guard.name
            for each in found.guards
            if each.change is not Change.SAME and each.watches(move.source, move.trigger)
        }
        assert set(move.guards) == differing
        if move.change in {Change.SAME, Change.CHANGED} and move.taken:
            assert (move.change is Change.CHANGED) == bool(differing)


@each_machine
def test_an_edition_beside_itself_differs_in_nothing(machine):
    assert not compare(machine.edition, machine.edition).differs


@each_machine
def test_one_way_is_the_other_way_round(machine):
    turned = {Change.ADDED: Change.GONE, Change.GONE: Change.ADDED}
    there, back = (compare(machine.editions[one], machine.editions[two]) for one, two in ((OLD, NEW), (NEW, OLD)))
    changes = {(move.source, move.trigger, move.dest): move.change for move in back.moves}
    for move in there.moves:
        assert changes[move.source, move.trigger, move.dest] is turned.get(move.change, move.change)


@each_machine
def test_the_whole_has_every_transition_of_either(machine):
    whole = compare(machine.editions[OLD], machine.editions[NEW]).whole
    moves = [
        {(source, move.trigger, move.dest) for move in edition.transitions for source in move.source}
        for edition in (machine.editions[OLD], machine.editions[NEW], whole)
    ]
    assert moves[2] == moves[0] | moves[1]


def test_a_state_is_added_when_it_can_be_reached_from_then_on(law):
    editions = law.machine("credit_note").editions
    changed = {each.name: each.change for each in compare(editions[OLD], editions[NEW]).states}
    assert {name for name, change in changed.items() if change is not Change.SAME} == {"pending"}
    assert changed["pending"] is Change.ADDED


def test_a_guard_of_one_name_that_two_declarations_have_otherwise_is_changed(law):
    machine = law.machine("gstr2b")
    guards = tuple(
        replace(guard, rule="faq.24") if guard.name == "day_has_come" else guard for guard in machine.declaration.guard
    )
    other = replace(machine, declaration=replace(machine.declaration, guard=guards))
    found = compare(machine.edition, other.edition)
    assert [each.guard.name for each in found.guards if each.change is Change.CHANGED] == ["day_has_come"]
    assert {move.trigger for move in found.moves if move.change is Change.CHANGED} == {"generate"}


def test_a_change_of_nothing_is_refused():
    with pytest.raises(ValueError, match="give one of them"):
        _ = GuardChange(None, None, Change.SAME).guard


def test_machines_are_compared_in_their_order(law):
    assert [each.machine for each in comparisons(law, OLD, NEW, law.machines)] == list(law.machines)
