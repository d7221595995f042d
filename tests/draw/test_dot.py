"""How a picture looks in DOT: colours, strokes, ends, frame, legend."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.picture import Links, picture_of
from ims_fsm.draw.sheet import Sheet
from ims_fsm.draw.theme import LIGHT
from ims_fsm.law.register import Law


@pytest.fixture(scope="module")
def credit_note(law: Law) -> str:
    return re.sub(r"=<<.*?>>", '=""', written(law, "credit_note"), flags=re.DOTALL)


def written(law: Law, machine: str) -> str:
    """Draw the newest edition of a machine."""
    return dot_of(picture_of(law.machine(machine).edition))


def line_of(dot: str, start: str) -> str:
    """Return the one line that begins so."""
    (found,) = [line for line in dot.splitlines() if line.strip().startswith(start)]
    return found


@pytest.mark.parametrize(
    ("state", "colours", "borders"),
    [
        ("no_action", LIGHT.palette.blue_grey, 1),
        ("accepted", LIGHT.palette.green, 1),
        ("rejected", LIGHT.palette.red, 1),
        ("pending", LIGHT.palette.amber, 1),
        ("frozen", LIGHT.palette.neutral, 2),
        ("removed", LIGHT.palette.neutral, 2),
    ],
)
def test_a_state_has_its_colour_and_a_terminal_one_a_double_border(credit_note, state, colours, borders) -> None:
    card = line_of(credit_note, f"{state} [")
    assert f'color="{colours.line}" fillcolor="{colours.fill}"' in card
    assert f"peripheries={borders}" in card


@pytest.mark.parametrize(
    ("trigger", "stroke"),
    [("accept", "solid"), ("freeze", "solid"), ("save", "dashed"), ("delete", "dashed"), ("expire", "dotted")],
)
def test_the_stroke_of_an_arrow_says_who_acts(credit_note, trigger, stroke) -> None:
    (arrow,) = [line for line in credit_note.splitlines() if re.search(rf'class="arrow \w+ {trigger}"', line)]
    assert f"style={stroke}" in arrow


def test_time_runs_from_left_to_right(credit_note) -> None:
    assert "rankdir=LR" in line_of(credit_note, "graph [bgcolor")
    assert '"[*]" -> no_action' in credit_note


def test_what_leaves_the_open_states_starts_at_a_bar_to_which_they_are_joined(credit_note) -> None:
    for trigger in ("delete", "freeze"):
        (arrow,) = [line for line in credit_note.splitlines() if re.search(rf'class="arrow \w+ {trigger}"', line)]
        assert arrow.strip().startswith('"[all]":')
    joined = re.findall(r'^\t(\w+) -> "\[(?:any|all)\]"', credit_note, re.MULTILINE)
    assert joined == ["no_action", "accepted", "rejected", "pending"]


def test_every_node_and_label_has_a_size_of_our_own(law: Law) -> None:
    dot = written(law, "credit_note")
    assert "fixedsize=true" in line_of(dot, "node [")
    labels = re.findall(r"=<<TABLE (.*?)>", dot)
    assert all("FIXEDSIZE" in label or "BGCOLOR" in label for label in labels)


def test_the_legend_names_every_trigger_and_every_reason_with_its_citation(law: Law) -> None:
    plain = " ".join(re.sub(r"<[^<>]*>", " ", written(law, "gstr2b")).replace("\N{NO-BREAK SPACE}", " ").split())
    for said in (
        "dotted: the clock, solid: the recipient",
        "file 3B: The recipient files GSTR-3B of the period. (FAQ 5, 12, 20)",
        "6 FAQ 29: Actions were changed after GSTR-2B of the period was generated for the recipient",
    ):
        assert said in plain


def test_markup_in_a_title_is_taken_literally(approval: Law) -> None:
    edition = approval.machine("purchase").edition
    titled = replace(edition.machine.declaration, title="A <b> & C")
    machine = type(edition.machine)(titled, edition.machine.facts, edition.machine.rule_sets)
    assert "A &lt;b&gt; &amp; C" in dot_of(picture_of(machine.edition))


def test_quotes_backslashes_and_brackets_in_a_title_are_the_words_of_a_label(approval: Law) -> None:
    picture = picture_of(approval.machine("purchase").edition)
    draft, *cards = picture.cards
    titled = replace(draft, state=replace(draft.state, title='<"a\\n">'))
    card = line_of(dot_of(Sheet(replace(picture, cards=(titled, *cards)), links=Links(r"a\b"))), "draft [")
    assert r'[label="● <\"a\\n\">\nIt is being written.' in card
    assert r'tooltip="<\"a\\n\">: It is being written."' in card
    assert r'href="a\\b#' in card
