"""Two editions in one picture and one table."""

from __future__ import annotations

import re

import pytest

from ims_fsm.draw.comparison import (
    ComparisonSheet,
    comparison_sheet,
    comparisons,
    difference_table,
    markdown,
    write_comparisons,
)
from ims_fsm.draw.dot import dot_of
from ims_fsm.draw.mermaid import mermaid_of
from ims_fsm.draw.picture import Move, picture_of
from ims_fsm.errors import InputError
from ims_fsm.law.book import shipped_law
from ims_fsm.law.comparison import Change, Comparison
from ims_fsm.law.register import Law

OLD, NEW = "IMS-2024-10", "IMS-2025-10"
EVERY = comparisons(shipped_law(), OLD, NEW, list(shipped_law().machines))

each_machine = pytest.mark.parametrize("comparison", EVERY, ids=lambda each: each.machine)


def of(machine: str) -> Comparison:
    """Return the comparison of a machine."""
    return next(each for each in EVERY if each.machine == machine)


def look(sheet: ComparisonSheet, trigger: str) -> tuple[str, str, str]:
    """Return the colour, the sign and the stroke of a trigger's arrow."""
    (arrow,) = [each for each in sheet.picture.arrows if trigger in {label.trigger for label in each.labels}]
    drawn, label = sheet.arrow_look(arrow), sheet.label_look(arrow, arrow.labels[0])
    return drawn.color, label.sign, drawn.stroke


@each_machine
def test_the_picture_shows_every_transition_of_either_edition(comparison: Comparison) -> None:
    shown = comparison_sheet(comparison).picture.moves()
    editions = shipped_law().machine(comparison.machine).editions
    assert shown == picture_of(editions[OLD]).moves() | picture_of(editions[NEW]).moves()
    assert shown == {Move(move.source, move.trigger, move.dest) for move in comparison.moves}


@each_machine
def test_every_guard_that_differs_has_its_number_and_is_met_on_its_triggers(comparison: Comparison) -> None:
    sheet = comparison_sheet(comparison)
    differing = {each.guard.name for each in comparison.guards if each.change is not Change.SAME}
    assert {name for each in sheet.changes for name in each.guards} == differing
    met = [sheet.label_look(arrow, label).aside for arrow in sheet.picture.arrows for label in arrow.labels]
    assert {mark for aside in met for mark in aside.split()} == {each.mark for each in sheet.changes}


def test_added_is_green_gone_red_and_dashed_changed_amber_and_the_rest_grey() -> None:
    note, bill = comparison_sheet(of("credit_note")), comparison_sheet(of("bill_of_entry"))
    palette = note.palette
    assert look(note, "lapse") == (palette.green.line, "+", "")
    assert look(note, "keep_pending") == (palette.green.line, "+", "")
    assert look(note, "accept") == (palette.amber.line, "~", "")
    assert look(note, "reset") == (palette.never.line, "", "")
    assert look(bill, "reject") == (palette.red.line, "\N{MINUS SIGN}", "dashed")


def test_a_state_that_only_one_edition_reaches_says_so() -> None:
    for machine, state, badge in (
        ("credit_note", "pending", "+ added"),
        ("bill_of_entry", "rejected", "\N{MINUS SIGN} gone"),
    ):
        sheet = comparison_sheet(of(machine))
        assert sheet.card_look(sheet.picture.card(state)).badge == badge


def test_what_neither_edition_can_take_stays_crossed() -> None:
    assert look(comparison_sheet(of("credit_note")), "expire")[1] == "\N{MULTIPLICATION SIGN}"


def test_guards_that_say_the_same_of_the_same_share_a_number() -> None:
    told = [
        (each.change, each.rule, each.triggers, each.says)
        for each in comparison_sheet(of("credit_note_amendment")).changes
    ]
    assert len(told) == len(set(told))


def test_the_sheet_says_what_is_compared_and_how_it_reads() -> None:
    sheet = comparison_sheet(of("credit_note"))
    assert sheet.wording.title == f"Credit note: from {OLD} to {NEW}"
    assert sheet.wording.subheading.splitlines()[0] == "2B periods to 2025-09 beside those from 2025-10"
    assert "added lapse: It leads to No action. The one tax period" in sheet.wording.said
    assert mermaid_of(sheet).splitlines()[1] == f'title: "Credit note: from {OLD} to {NEW}"'


def test_where_nothing_differs_everything_is_grey_and_it_says_so() -> None:
    sheet = comparison_sheet(of("gstr2b"))
    assert [block.heading for block in sheet.legend()] == ["Nothing differs"]
    colors = set(re.findall(r'\scolor="(#\w+)"', re.sub(r"=<<.*?>>", "", dot_of(sheet), flags=re.DOTALL)))
    palette = sheet.palette
    assert colors <= {palette.ink, palette.neutral.line, palette.never.line}


def test_the_table_has_a_row_for_each_difference_added_first_gone_last() -> None:
    rows = difference_table(of("bill_of_entry"))
    order = [Change.ADDED, Change.CHANGED, Change.GONE]
    assert [row.change for row in rows] == sorted((row.change for row in rows), key=order.index)
    gone = [(row.part, row.name, row.before, row.after) for row in rows if row.change is Change.GONE][:2]
    assert gone == [
        ("state", "Rejected", "reached", "not reached"),
        ("transition", "reject: No action, Accepted, Rejected, Pending → Rejected", "possible", "not possible"),
    ]


def test_markdown_has_a_table_for_each_machine_that_differs_and_names_the_rest() -> None:
    text = markdown(EVERY)
    assert text.count("\n| | What | Before | After | Rules |\n") == len([each for each in EVERY if each.differs])
    assert "Nothing differs in: GSTR-2B of a tax period." in text
    assert all(line.count("|") == 6 for line in text.splitlines() if line.startswith("| "))


def test_comparisons_are_written_with_their_table(tmp_path) -> None:
    files = write_comparisons(comparisons(shipped_law(), OLD, NEW, ["credit_note"]), tmp_path, ["dot"])
    assert [file.name for file in files] == [f"credit_note.{OLD}-to-{NEW}.dot", f"{OLD}-to-{NEW}.md"]
    assert files[0].read_bytes() == dot_of(comparison_sheet(of("credit_note"))).encode()


def test_without_names_those_that_differ_are_comparisons(law: Law) -> None:
    assert {each.machine for each in comparisons(law, OLD, NEW)} == set(law.machines) - {"gstr2b"}
    assert [each.machine for each in comparisons(law, OLD, NEW, ["gstr2b"])] == ["gstr2b"]


def test_unknown_names_are_told_at_once(law: Law) -> None:
    with pytest.raises(InputError) as caught:
        comparisons(law, "IMS-1", "IMS-1", ["bill"])
    assert [(problem.where, problem.what) for problem in caught.value.problems] == [
        ("bill", "is not a declared machine"),
        ("IMS-1", "is not a rule set"),
        ("IMS-1", "is compared with itself"),
    ]


def test_a_sheet_without_its_comparison_is_refused() -> None:
    with pytest.raises(TypeError, match="comparison"):
        ComparisonSheet(comparison_sheet(of("gstr2b")).picture)
