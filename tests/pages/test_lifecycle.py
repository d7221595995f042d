"""A machine's page tells all of it: states, arrows, transitions, every guard of every rule set, what never happens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ims_fsm.draw.description import described
from ims_fsm.draw.picture import Links, picture_of
from ims_fsm.draw.tables import transition_table
from ims_fsm.law.book import shipped_book
from ims_fsm.law.declaration import ENTRY
from ims_fsm.pages.collection import Page
from ims_fsm.pages.guards import claims, mended, said
from ims_fsm.pages.material import Material, worked_stories

MACHINES = list(shipped_book().law.machines)
each_machine = pytest.mark.parametrize("name", MACHINES)
Pages = Callable[[str], Page]


@each_machine
def test_whatever_the_pictures_lead_to_is_on_the_page(name: str, material: Material, page: Pages) -> None:
    anchors = {f"#{anchor}" for anchor in page(name).anchors}
    links = Links()
    for drawing in material.drawings[name]:
        picture = drawing.picture
        assert {links.state(picture, card.name) for card in picture.cards} <= anchors
        assert {links.arrow(picture, arrow) for arrow in picture.arrows} <= anchors
    newest = picture_of(material.law.machine(name).edition)
    assert {links.note(newest, note.number) for note in newest.notes} <= anchors


@each_machine
def test_a_state_is_a_line_and_an_arrow_a_line(look: Any, name: str, material: Material, page: Pages) -> None:
    declared = material.law.machine(name).declaration
    states = look.texts(look.section(page(name), f"{name}-states"))
    for line, state in zip(states, declared.state, strict=False):
        assert line.startswith(f"{state.title}: {state.says}")
    arrows = {arrow for drawing in material.drawings[name] for arrow in drawing.picture.arrows}
    kept = sum(len(card.keeps) for card in material.drawings[name][0].picture.cards)
    distinct = {
        (arrow.tail, arrow.head, tuple(label.trigger for label in arrow.labels), arrow.never) for arrow in arrows
    }
    assert len(distinct) + kept == len(look.texts(look.section(page(name), f"{name}-arrows")))


@each_machine
def test_what_a_reader_wants_first_is_short_and_the_rest_is_folded(look: Any, name: str, page: Pages) -> None:
    short, _, rest = page(name).text.partition(f'<a id="{name}-refusals"></a>')
    assert len(look.texts(short)) < 60
    assert "<details" not in short
    outside = re.sub(r"<details.*?</details>", "", rest, flags=re.DOTALL)
    assert len(look.texts(outside)) < 20


@each_machine
def test_every_picture_has_a_short_name_and_is_told_in_sentences(name: str, material: Material, page: Pages) -> None:
    assert all(len(alt) < 100 for alt in re.findall(r'<img alt="([^"]*)"', page(name).text))
    assert described(material.drawings[name][0].picture)[:40] in page(name).text


@each_machine
def test_every_transition_in_force_is_a_row(look: Any, name: str, material: Material, page: Pages) -> None:
    edition = material.law.machine(name).edition
    rows = look.rows(look.section(page(name), f"{name}-transitions"))
    expected = [row for row in transition_table(edition) if row.dest is not None]
    for cells, transition in zip(rows, expected, strict=True):
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
    calendar = material.book.calendar
    rows = [" | ".join(row) for row in look.rows(page(name).text)]
    for edition in material.law.machine(name).editions.values():
        for guard in edition.guards:
            words = (said(guard, calendar), mended(guard, calendar), guard.code)
            assert any(all(word in row for word in words) for row in rows), guard.name


@each_machine
def test_a_worked_story_with_its_file(name: str, material: Material, page: Pages) -> None:
    worked = list(worked_stories(material.law.machine(name), material))
    assert worked
    assert re.findall(r"^file:(.+)$", page(name).text, re.MULTILINE) == [story.path for _, story in worked]


def test_the_worked_stories_are_about_the_machine(material: Material) -> None:
    chosen = {
        name: [story.name for _, story in worked_stories(material.law.machine(name), material)] for name in MACHINES
    }
    assert chosen["credit_note"][0] == "faq_11_a_original_credit_note"
    assert chosen["gstr2b"] == ["three_b_needs_a_fresh_2b"]
    assert chosen["credit_note_amendment"][0].startswith("faq_11_")


def test_what_an_original_credit_note_never_does(look: Any, page: Pages) -> None:
    never = look.texts(look.section(page("credit_note"), "credit_note-never"))
    assert never[0] == (
        "keep pending is always refused until 2B period September 2025. This record is an original credit note, and "
        "pending is not available for it. Here direction is always original: it amends nothing. FAQ 11.a"
    )
    assert never[1].startswith("expire is always refused. ")
    assert never[-1] == "Nothing leads out of Frozen or Removed."
    assert "situations of this machine, by ims-fsm verify" in look.section(page("credit_note"), "credit_note-proved")


def test_a_bill_of_entry_is_never_rejected_from_october_2025(look: Any, page: Pages) -> None:
    assert any(
        text.startswith("reject is always refused from 2B period October 2025. ")
        for text in look.texts(look.section(page("bill_of_entry"), "bill_of_entry-never"))
    )


def test_what_is_proved_bears_on_the_machine(material: Material) -> None:
    names = {name: {claim.name for claim in claims(material.law.machine(name))} for name in MACHINES}
    assert "lapses_at_the_deadline" in names["credit_note"]
    assert "lapses_at_the_deadline" not in names["invoice"]
    assert "gstr2b_never_filed_on_stale" in names["gstr2b"]
    assert "decided_for_good" in names["invoice"]


def test_what_sets_a_machine_apart_is_what_it_shares_with_no_other(look: Any, page: Pages) -> None:
    never = look.section(page("invoice"), "invoice-never")
    assert "adds credit, so there is no ITC to be reduced" in never
    assert "reverse charge" not in never
