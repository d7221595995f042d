"""A part of a picture: the states and triggers that are named, and in one line what is left out."""

from __future__ import annotations

import pytest

from ims_fsm.draw.comparison import comparison_sheet, comparisons
from ims_fsm.draw.diagrams import diagram
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.excerpt import excerpt, excerpts
from ims_fsm.draw.mermaid import mermaid_of
from ims_fsm.draw.picture import ANY, Move, Picture, picture_of
from ims_fsm.draw.sheet import Sheet
from ims_fsm.errors import InputError
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.register import Law


@pytest.fixture(scope="module")
def whole(law: Law) -> Picture:
    return picture_of(law.machine("credit_note").edition)


def states(picture: Picture) -> set[str]:
    return {card.name for card in picture.cards}


def test_named_states_and_triggers_with_where_those_lead(whole: Picture) -> None:
    part = excerpt(whole, ["no_action", "accepted", "accept", "reject"])
    assert states(part) == {"no_action", "accepted", "rejected"}
    assert {key.trigger.name for key in part.keys} == {"accept", "reject"}
    assert part.left_out == "3 states and 8 triggers are not shown."
    assert part.moves() - {Move(ENTRY, "", "no_action")} == {
        move for move in whole.moves() if move.trigger in {"accept", "reject"} and move.source in states(part)
    }


def test_states_alone_have_all_triggers_between_them(whole: Picture) -> None:
    part = excerpt(whole, ["no_action", "pending"])
    assert not part.frame
    assert not [arrow for arrow in part.arrows if arrow.tail == ANY]
    assert part.moves() == {
        move for move in whole.moves() if {move.source, move.dest} <= {"no_action", "pending", ENTRY}
    }
    kept = {card.name: {label.trigger for label in card.keeps} for card in part.cards}
    assert kept == {"no_action": {"reset", "edit"}, "pending": {"keep_pending"}}
    assert part.left_out == "4 states and 5 triggers are not shown."


def test_triggers_alone_have_every_state_that_they_move(whole: Picture) -> None:
    part = excerpt(whole, ["freeze", "keep_pending"])
    assert states(part) == {"no_action", "accepted", "rejected", "pending", "frozen"}
    assert part.frame == whole.frame
    assert part.left_out == "1 state and 8 triggers are not shown."


def test_what_never_starts_in_a_state_gets_no_arrow_there_and_is_still_said(whole: Picture) -> None:
    part = excerpt(whole, ["pending", "no_action", "freeze"])
    assert {(arrow.tail, arrow.head) for arrow in part.arrows} == {(ENTRY, "no_action"), ("no_action", "frozen")}
    assert part.card("pending").barred == ("freeze",)


def test_notes_are_those_that_it_leads_to_numbered_anew(whole: Picture) -> None:
    part = excerpt(whole, ["no_action", "pending", "lapse"])
    assert [note.number for note in part.notes] == [*range(1, len(part.notes) + 1)]
    (lapse,) = [label for arrow in part.arrows for label in arrow.labels]
    assert [reason.guard for note in part.notes if note.number in lapse.notes for reason in note.reasons] == [
        "lapses_only_after_its_deadline"
    ]


def test_the_whole_leaves_nothing_out(whole: Picture) -> None:
    part = excerpt(whole, [card.name for card in whole.cards])
    assert (part.left_out, part.moves(), part.frame) == ("", whole.moves(), whole.frame)


def test_every_part_can_be_drawn_and_says_under_it_what_is_left_out(law: Law) -> None:
    for machine in law.machines.values():
        picture = picture_of(machine.edition)
        for name in (*states(picture), *(key.trigger.name for key in picture.keys)):
            part = excerpt(picture, [name])
            for text in (dot_of(part), mermaid_of(part)):
                assert part.left_out in text
            assert Sheet(part).wording.said.endswith(part.left_out)


def test_what_a_change_of_law_does_to_a_part_leaves_out_the_rest(law: Law) -> None:
    (change,) = comparisons(law, "IMS-2024-10", "IMS-2025-10", ["credit_note"])
    sheet = comparison_sheet(change)
    part = type(sheet)(excerpt(sheet.picture, ["lapse"]), sheet.theme, comparison=change)
    named = [entry for block in part.legend() for entry in block.entries]
    assert 0 < len(named) < len([entry for block in sheet.legend() for entry in block.entries])
    assert all("lapse" in f"{entry.name} {entry.says}" for entry in named)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (
            ["acept"],
            "acept: is no state and no trigger of credit_note; did you mean accept\\? Its states are no_action",
        ),
        (["zzz"], "zzz: is no state and no trigger of credit_note; its states are .*; its triggers are save"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(whole: Picture, names: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        excerpt(whole, names)


def test_a_text_has_commas_between_its_names_and_none_is_refused() -> None:
    assert diagram("credit_note", only="accept, reject").dot == diagram("credit_note", only=["accept", "reject"]).dot
    for empty in ("", " , "):
        with pytest.raises(InputError, match="drawing: only: names no state and no trigger; name some with commas"):
            diagram("credit_note", only=empty)


def test_of_several_pictures_each_has_those_names_that_are_its_own(law: Law) -> None:
    pictures = {name: picture_of(law.machine(name).edition) for name in ("gstr2b", "credit_note", "invoice")}
    parts = excerpts(pictures, ["lapse", "accept"])
    assert {name: {key.trigger.name for key in part.keys} for name, part in parts.items()} == {
        "credit_note": {"lapse", "accept"},
        "invoice": {"accept"},
    }
    with pytest.raises(InputError, match="lapsed: is no state and no trigger of gstr2b"):
        excerpts(pictures, ["lapsed", "accept"])


def test_a_trigger_that_another_edition_has_leaves_nothing(law: Law) -> None:
    older = picture_of(law.machine("credit_note").editions["IMS-2024-10"])
    with pytest.raises(InputError, match="credit_note-IMS-2024-10: has nothing of lapse; choose another edition"):
        excerpt(older, ["lapse"])
