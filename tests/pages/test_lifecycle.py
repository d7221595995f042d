"""A machine's page tells all of it: states, arrows, transitions, every guard of every rule set, what never happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ims_fsm.draw.links import Links
from ims_fsm.draw.picture import picture_of
from ims_fsm.draw.tables import transition_table
from ims_fsm.law.book import shipped_book
from ims_fsm.law.declaration import ENTRY
from ims_fsm.pages.blocks import Bullets, Fold, Listing, Page, Table, anchors_of, blocks_of
from ims_fsm.pages.material import Material
from ims_fsm.pages.never import claims
from ims_fsm.pages.refusing import said
from ims_fsm.pages.worked import worked_stories

MACHINES = list(shipped_book().law.machines)
each_machine = pytest.mark.parametrize("name", MACHINES)
Pages = Callable[[str], Page]


@each_machine
def test_whatever_the_pictures_lead_to_is_on_the_page(name: str, material: Material, page: Pages) -> None:
    anchors = {f"#{anchor}" for anchor in anchors_of(page(name))}
    links = Links()
    for drawing in material.drawings[name]:
        picture = drawing.picture
        assert {links.state(picture, card.name) for card in picture.cards} <= anchors
        assert {links.arrow(picture, arrow) for arrow in picture.arrows} <= anchors
    newest = picture_of(material.law.machine(name).edition)
    assert {links.note(newest, note.number) for note in newest.notes} <= anchors


@each_machine
def test_a_state_is_a_sentence_and_an_arrow_a_line(look: Any, name: str, material: Material, page: Pages) -> None:
    declared = material.law.machine(name).declaration
    states = next(block for block in look.section(page(name), f"{name}-states").blocks if isinstance(block, Bullets))
    assert [
        look.words(item.line).startswith(f"{state.title} {state.says}")
        for item, state in zip(states.items, declared.state, strict=True)
    ]
    (arrows,) = look.section(page(name), f"{name}-arrows").blocks
    shown = {arrow for drawing in material.drawings[name] for arrow in drawing.picture.arrows}
    kept = sum(len(card.keeps) for card in material.drawings[name][0].picture.cards)
    assert isinstance(arrows, Bullets)
    assert len(
        {(arrow.tail, arrow.head, tuple(label.trigger for label in arrow.labels), arrow.never) for arrow in shown}
    ) + kept == len(arrows.items)


@each_machine
def test_every_transition_in_force_is_a_row(look: Any, name: str, material: Material, page: Pages) -> None:
    edition = material.law.machine(name).edition
    table = next(block for block in look.section(page(name), f"{name}-transitions").blocks if isinstance(block, Table))
    expected = [row for row in transition_table(edition) if row.dest is not None]
    for row, transition in zip(table.rows, expected, strict=True):
        cells = [look.words(cell) for cell in row]
        assert cells[0] == transition.trigger.replace("_", " ").replace("3b", "3B")
        assert cells[1] == transition.actor
        assert (
            cells[2] == "nothing"
            if transition.sources == (ENTRY,)
            else edition.states[transition.sources[-1]].title in cells[2]
        )
        assert cells[3] == edition.states[str(transition.dest)].title
        assert cells[4].startswith("always") == transition.never


@each_machine
def test_every_guard_of_every_rule_set_is_told_with_its_remedy_code_and_rule(
    look: Any, name: str, material: Material, page: Pages
) -> None:
    machine = material.law.machine(name)
    calendar = material.book.calendar
    rows = [row for block in blocks_of(page(name)) if isinstance(block, Table) for row in look.texts(block)]
    for edition in machine.editions.values():
        for guard in edition.guards:
            assert any(said(guard, calendar) in row and guard.code in row for row in rows), guard.name


@each_machine
def test_a_worked_story_with_its_file(look: Any, name: str, material: Material, page: Pages) -> None:
    told = list(worked_stories(material.law.machine(name), material))
    listings = [block for block in blocks_of(page(name)) if isinstance(block, Listing)]
    assert told
    assert [listing.path for listing in listings] == [story.path for _, story in told]
    assert all(
        isinstance(block, Fold)
        for block in look.section(page(name), f"{name}-story-{told[0][0].id}").blocks
        if hasattr(block, "summary")
    )


def test_the_worked_stories_are_about_the_machine(material: Material) -> None:
    chosen = {
        name: [story.name for _, story in worked_stories(material.law.machine(name), material)] for name in MACHINES
    }
    assert chosen["credit_note"][0] == "faq_11_a_original_credit_note"
    assert chosen["gstr2b"] == ["three_b_needs_a_fresh_2b"]
    assert chosen["credit_note_amendment"][0].startswith("faq_11_")


def test_what_an_original_credit_note_never_does(look: Any, page: Pages) -> None:
    never = look.section(page("credit_note"), "credit_note-never")
    told = [text for block in never.blocks for text in look.texts(block)]
    assert told[0] == (
        "keep pending is always refused until 2B period September 2025. This record is an original credit note, and "
        "pending is not available for it. Here direction is always original: it amends nothing. FAQ 11.a"
    )
    assert told[1].startswith("expire is always refused. ")
    assert told[2] == "Nothing leads out of Frozen or Removed."
    assert told[3].endswith("situations of this machine by ims-fsm verify:")


def test_a_bill_of_entry_is_never_rejected_from_october_2025(look: Any, page: Pages) -> None:
    assert "reject is always refused from 2B period October 2025. " in look.text_of(page("bill_of_entry"))


def test_what_is_proved_bears_on_the_machine(material: Material) -> None:
    names = {name: {claim.name for claim in claims(material.law.machine(name))} for name in MACHINES}
    assert "lapses_at_the_deadline" in names["credit_note"]
    assert "lapses_at_the_deadline" not in names["invoice"]
    assert "gstr2b_never_filed_on_stale" in names["gstr2b"]
    assert "decided_for_good" in names["invoice"]


def test_what_sets_a_machine_apart_is_what_it_shares_with_no_other(look: Any, page: Pages) -> None:
    table = next(block for block in page("invoice").blocks if isinstance(block, Table))
    said_there = [" | ".join(look.words(cell) for cell in row) for row in table.rows]
    assert any("adds credit, so there is no ITC to be reduced" in row for row in said_there)
    assert not any("reverse charge" in row for row in said_there)
