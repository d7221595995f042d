"""What a picture merges, frames and numbers."""

from __future__ import annotations

import pytest

from ims_fsm.draw.picture import ANY, Arrow, Label, picture_of
from ims_fsm.law.book import shipped_law
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition
from ims_fsm.law.register import Law

EDITIONS = [edition for machine in shipped_law().machines.values() for edition in machine.editions.values()]
OPEN = ("no_action", "accepted", "rejected", "pending")

each_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda each: f"{each.name}-{each.rule_set.id}")


def test_the_open_states_of_a_record_are_framed(law: Law) -> None:
    assert {picture_of(machine.edition).frame for machine in law.record_machines} == {OPEN}


def test_a_machine_that_shares_little_has_no_frame(law: Law) -> None:
    picture = picture_of(law.machine("gstr2b").edition)
    assert picture.frame == ()
    assert all(arrow.tail != ANY for arrow in picture.arrows)


@each_edition
def test_no_two_arrows_of_one_actor_run_side_by_side(edition: Edition) -> None:
    ends = [(arrow.tail, arrow.head, arrow.actor) for arrow in picture_of(edition).arrows]
    assert len(ends) == len(set(ends))


@each_edition
def test_no_arrow_returns_to_its_own_state(edition: Edition) -> None:
    assert all(arrow.tail != arrow.head for arrow in picture_of(edition).arrows)


@each_edition
def test_every_guard_stands_in_one_note_and_every_note_is_met(edition: Edition) -> None:
    picture = picture_of(edition)
    assert sorted(reason.guard for note in picture.notes for reason in note.reasons) == sorted(
        guard.name for guard in edition.guards
    )
    assert [note.number for note in picture.notes] == list(range(1, len(picture.notes) + 1))
    labels = [label for arrow in picture.arrows for label in arrow.labels]
    labels += [label for card in picture.cards for label in card.keeps]
    met = {number for label in labels for number in label.notes} | {n for card in picture.cards for n in card.notes}
    assert met == {note.number for note in picture.notes}


@each_edition
def test_a_trigger_bears_the_numbers_of_the_guards_that_watch_it_there(edition: Edition) -> None:
    picture = picture_of(edition)
    reasons = {note.number: {reason.guard for reason in note.reasons} for note in picture.notes}
    for arrow in picture.arrows:
        sources = set(picture.frame if arrow.tail == ANY else [arrow.tail])
        for label in arrow.labels:
            watching = {
                guard.name
                for guard in edition.guards
                if label.trigger in guard.triggers and sources & set(guard.refuse_when.get("state", tuple(sources)))
            }
            assert set().union(*(reasons[number] for number in label.notes)) == watching


def test_parallel_arrows_are_merged_and_the_beginning_is_marked(approval: Law) -> None:
    picture = picture_of(approval.machine("purchase").edition)
    assert picture.arrows == (
        Arrow(ENTRY, "draft", "", ()),
        Arrow("draft", "submitted", "requester", (Label("submit"),)),
        Arrow("submitted", "approved", "manager", (Label("approve", (1,)),)),
        Arrow("submitted", "draft", "manager", (Label("send_back"),)),
        Arrow("approved", "draft", "manager", (Label("send_back"),)),
        Arrow("approved", "paid", "clock", (Label("pay"),)),
    )


def test_a_trigger_that_keeps_a_state_stands_on_its_card(approval: Law) -> None:
    picture = picture_of(approval.machine("purchase").edition)
    assert {card.name: card.keeps for card in picture.cards if card.keeps} == {"submitted": (Label("remind", (1,)),)}


def test_what_explains_a_missing_arrow_stands_on_the_card_of_its_state(approval: Law) -> None:
    picture = picture_of(approval.machine("purchase").edition)
    assert {card.name: card.notes for card in picture.cards if card.notes} == {"paid": (2,)}
    assert [note.shut for note in picture.notes] == [False, True]


def test_a_sentence_about_all_records_leaves_open_what_only_one_can_tell(law: Law) -> None:
    said = {
        reason.guard: reason.says
        for name in ("invoice", "gstr2b")
        for note in picture_of(law.machine(name).edition).notes
        for reason in note.reasons
    }
    assert said["taxpayer_eligible"].startswith("The recipient is a … taxpayer; only normal taxpayers")
    assert said["not_generated_after_3b"] == "GSTR-3B of the period is already filed for the recipient"
    assert not [sentence for sentence in said.values() if "{" in sentence]


@pytest.mark.parametrize(
    ("machine", "rule_set", "trigger", "state"),
    [("credit_note", "IMS-2024-10", "keep_pending", "pending"), ("bill_of_entry", "IMS-2025-10", "reject", "rejected")],
)
def test_what_the_law_never_allows_is_marked_and_what_it_leads_to_is_not_reached(
    law: Law, machine, rule_set, trigger, state
) -> None:
    for edition in law.machine(machine).editions.values():
        picture, never = picture_of(edition), edition.rule_set.id == rule_set
        (arrow,) = [arrow for arrow in picture.arrows if trigger in {label.trigger for label in arrow.labels}]
        assert arrow.never == never
        assert {card.name for card in picture.cards if not card.reached} == ({state} if never else set())
