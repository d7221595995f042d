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
from ims_fsm.pages.differences import difference
from ims_fsm.pages.guards import claims, mended, place, said
from ims_fsm.pages.links import story_anchor
from ims_fsm.pages.material import Material, worked_stories
from ims_fsm.pages.phrases import sentence

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


def lines_of(look: Any, section: str) -> list[str]:
    return [text for text in look.texts(re.sub(r"^</?details.*$", "", section, flags=re.MULTILINE)) if text]


@each_machine
def test_a_state_is_a_line_and_an_arrow_a_line(look: Any, name: str, material: Material, page: Pages) -> None:
    declared = material.law.machine(name).declaration
    states = lines_of(look, look.section(page(name), f"{name}-states"))
    for line, state in zip(states, declared.state, strict=False):
        assert line.startswith(f"{state.title}: {state.says}")
    arrows = {arrow for drawing in material.drawings[name] for arrow in drawing.picture.arrows}
    kept = sum(len(card.keeps) for card in material.drawings[name][0].picture.cards)
    distinct = {
        (arrow.tail, arrow.head, tuple(label.trigger for label in arrow.labels), arrow.never) for arrow in arrows
    }
    assert len(distinct) + kept == len(lines_of(look, look.section(page(name), f"{name}-arrows")))


@each_machine
def test_what_a_reader_wants_first_is_short_and_the_rest_is_folded(look: Any, name: str, page: Pages) -> None:
    short, _, rest = page(name).text.partition(f'<a id="{name}-refusals"></a>')
    assert len(look.texts(short)) < 40
    assert set(re.findall(r"<details[^>]*>", short)) <= {'<details class="shared" open>'}
    outside = re.sub(r"<details.*?</details>", "", rest, flags=re.DOTALL)
    assert len(look.texts(outside)) < 10


def test_what_machines_share_is_told_with_the_first_and_does_not_print_again(material: Material, page: Pages) -> None:
    shared = {name for name in MACHINES if '<details class="shared"' in page(name).text}
    assert shared == {machine.name for machine in material.record_machines} - {"invoice"}
    assert "**What differs from an [Invoice](#invoice).** Nothing but its name." in page("debit_note").text
    own, _ = material.own_arrows(material.law.machine("credit_note"))
    assert {label.trigger for alike in own for label in alike[0][1].labels} == {"keep_pending", "expire", "lapse"}


@each_machine
def test_every_picture_has_a_short_name_and_is_told_in_sentences(name: str, material: Material, page: Pages) -> None:
    assert all(len(alt) < 100 for alt in re.findall(r'<img alt="([^"]*)"', page(name).text))
    assert described(material.drawings[name][0].picture)[:40] in page(name).text


@each_machine
def test_every_transition_in_force_is_in_a_line_with_who_may_and_what_may_refuse_it(
    look: Any, name: str, material: Material, page: Pages
) -> None:
    edition, notes = material.law.machine(name).edition, material.drawings[name][0].picture.notes
    lines = lines_of(look, look.section(page(name), f"{name}-arrows"))
    for row in transition_table(edition):
        if row.dest is None:
            continue
        trigger = row.trigger.replace("_", " ").replace("3b", "3B")
        to = f"→ {edition.states[row.dest].title} ({row.actor}"
        tails = {"nothing"} if row.sources == (ENTRY,) else {edition.states[source].title for source in row.sources}
        found = [line for line in lines if line.startswith(f"{trigger} ") and to in line and "until" not in line]
        told = {line.removeprefix(f"{trigger} ").partition(" →")[0] for line in found}
        assert told in (tails, {"any open state"}), row
        numbers = {str(note.number) for note in notes if note.applies(row.trigger, row.sources)}
        refusing = {number for line in found for number in re.findall(r"\d+", line.partition("; refused by ")[2])}
        assert numbers <= refusing
        assert all(row.never == ("always refused" in line) for line in found)


@each_machine
def test_every_guard_of_every_rule_set_stands_once_with_its_remedy_code_and_rule_and_is_led_to(
    look: Any, name: str, material: Material, page: Pages
) -> None:
    calendar, refusals = material.book.calendar, page("refusals")
    for edition in material.law.machine(name).editions.values():
        for guard in edition.guards:
            anchor = place(guard, material)
            (line,) = [line for line in refusals.text.splitlines() if f'<a id="{anchor}"></a>' in line]
            assert all(words in look.words(line) for words in (said(guard, calendar), mended(guard, calendar)))
            assert f"](#{guard.rule.replace('.', '-')})" in line
            assert line in look.section(refusals, f"code-{guard.code}")
            assert f"](#{anchor})" in page(name).text, guard.name


@each_machine
def test_a_worked_story_is_led_to(name: str, material: Material, page: Pages) -> None:
    worked = list(worked_stories(material.law.machine(name), material))
    assert worked
    for _, story in worked:
        assert f"](#{story_anchor(story)})" in page(name).text.partition(f'<a id="{name}-more"></a>')[2]


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
    assert "situations of this machine, by `ims-fsm verify`" in page("credit_note").text


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


def test_everything_that_is_proved_stands_once_with_the_machines_on_which_it_bears(
    look: Any, material: Material, page: Pages
) -> None:
    lines = look.texts(page("proved").text)
    for machine in material.machines.values():
        for claim in claims(machine):
            (line,) = [line for line in lines if line.startswith(sentence(claim.sentence))]
            every = machine.declaration.extends and " every record" in line
            assert every or machine.title in line


def test_what_sets_a_machine_apart_is_what_the_first_does_not_have(material: Material) -> None:
    machines = material.law.machines
    apart = difference(machines["credit_note"], machines["invoice"])
    assert {guard.name for alike in apart.guards.values() for guard in alike} == {
        "pending_for_one_tax_period",
        "reduction_within_the_document",
        "reduction_declared",
    }
    assert [move.trigger for move in apart.moves] == ["lapse"]
    assert [guard.name for guard in apart.lacks] == ["time_limit_open", "no_reduction_on_an_original_invoice"]
    assert difference(machines["debit_note"], machines["invoice"]).guards == {}
