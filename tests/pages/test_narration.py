"""Every scenario is told in prose: who takes part, what happened, what was refused and why, what could be seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ims_fsm.pages.story import Story, story_of

FILES = sorted((Path(__file__).resolve().parents[1] / "scenarios").rglob("*.toml"))
STORIES = [story_of(file.as_posix(), file.read_text("utf-8")) for file in FILES]
HEAD = """\
title = "T"
[[taxpayer]]
name = "head_office"
gstin = "27AAPFU0939F1ZV"
kind = "sez_unit"
filing = "quarterly"
registered_from = "2025-01"
[[taxpayer]]
name = "Asha Traders"
gstin = "29AABCT1332L1ZA"
[[document]]
name = "INV"
kind = "invoice"
supplier = "Asha Traders"
recipient = "head_office"
number = "S/1"
date = 2024-10-07
taxable = "1000.00"
igst = "180.00"
reverse_charge = true
ineligible = "pos"
pending_blocked = true
"""


Lines = Callable[[Story], list[str]]


@pytest.fixture
def lines(look: Any, parts: Callable[[str], Any]) -> Lines:
    """The lines of a story in prose, what was seen of a deed apart from it."""

    def read(story: Story) -> list[str]:
        told = re.sub(r"<br>| → ", "\n", parts("story").told(story))
        return [text.strip() for text in look.texts(told) if text.strip()]

    return read


@pytest.fixture
def step(lines: Lines) -> Callable[[str], list[str]]:
    """The lines of a story's only step, by its TOML."""

    def told(text: str) -> list[str]:
        story = story_of("one.toml", f"{HEAD}\n[[step]]\nat = 2024-11-05T10:00:00\n{text}\n")
        return lines(story)[2:]

    return told


def test_a_whole_story(lines: Lines) -> None:
    story = next(story for story in STORIES if story.name == "faq_11_c_downward_credit_note")
    people, original, amendment, *steps = lines(story)
    parties = "from the seller to the buyer, taxable value"
    assert people == "The buyer (27AAPFU0939F1ZV); the seller (29AABCT1332L1ZA)."
    assert original == f"CN: credit note C/1 of 7 October 2024, {parties} 1,000.00, 100.00 IGST."
    assert amendment == f"DOWN: credit note C/1A of 7 November 2024, {parties} 800.00, 80.00 IGST, amends CN."
    refused = "DOWN amends CN, which was rejected, so pending is not available for it."
    assert steps == [
        "10 November 2024, 16:00. The seller saves CN in GSTR-1 of October 2024.",
        "17:00. The seller files GSTR-1 of October 2024.",
        "12 November 2024, 10:00. The buyer rejects CN.",
        "14 November 2024, 06:00. It is the 14th, the day of drafts: whatever the calendar owes by now is done.",
        "19 November 2024, 10:00. The buyer files GSTR-3B of October 2024.",
        "10 December 2024, 16:00. The seller saves DOWN in GSTR-1 of November 2024.",
        "17:00. The seller files GSTR-1 of November 2024.",
        "12 December 2024, 10:00. The buyer tries to keep DOWN pending.",
        f"Refused, pending_not_allowed (FAQ 11.c): {refused}",
        "DOWN moves the tax downward; stands at no action.",
        "DOWN may be accepted.",
        "DOWN may be rejected.",
    ]


def test_those_who_take_part_and_the_document_with_all_that_is_odd_about_them(lines: Lines) -> None:
    people, document = lines(story_of("one.toml", HEAD))
    assert people == (
        "The head office (27AAPFU0939F1ZV, SEZ unit taxpayer, files quarterly, first GSTR-3B due for January 2025); "
        "Asha Traders (29AABCT1332L1ZA)."
    )
    assert document == (
        "INV: invoice S/1 of 7 October 2024, from Asha Traders to the head office, taxable value 1,000.00, "
        "180.00 IGST, under reverse charge, ITC not eligible by the place-of-supply rule, the portal blocks pending."
    )


OF_DECEMBER = 'recipient = "head_office"\nperiod = "2024-12"'
OF_THE_YEAR = 'recipient = "head_office"\nfy = "2023-24"'
ACCEPTS = "The head office accepts INV, ITC to be reduced"
ON_INV = 'document = "INV"'
OF_RAVI = 'signoff = "SO"\nby = "ravi:approver"'
EDIT = """
changes = { taxable = "900.00", igst = "162.00", number = "S/2", date = 2024-10-08, pos = "27", reverse_charge = false,\
 ineligible = "none" }"""
EDITED = """\
Asha Traders edits INV: taxable value 900.00, number S/2, date 8 October 2024, place of supply 27, no longer under \
reverse charge, ITC eligible and 162.00 IGST."""


@pytest.mark.parametrize(
    ("verb", "rest", "expected"),
    [
        ("delete", ON_INV, "Asha Traders deletes INV."),
        ("reset", ON_INV, "The head office takes back the action on INV."),
        ("generate_2b", OF_DECEMBER, "The head office generates GSTR-2B of December 2024."),
        ("file_annual_return", OF_THE_YEAR, "The head office files the annual return of 2023-24."),
        ("accept", f'{ON_INV}\nreduce_itc = "full"', f"{ACCEPTS} in full."),
        ("accept", f'{ON_INV}\nreduce_itc = "none"', f"{ACCEPTS} by nothing."),
        ("accept", f'{ON_INV}\nreduce_itc.igst = "9.00"', f"{ACCEPTS} by 9.00 IGST."),
        ("reject", f'{ON_INV}\nremarks = "Not ours"', "The head office rejects INV, with the remark “Not ours”."),
        ("sweep", "", "Whatever the calendar owes by now is done."),
        ("edit", ON_INV + EDIT, EDITED),
        ("approve", f"{OF_RAVI}\napply = false", "Ravi approves sign-off SO, to be applied later."),
        ("pass_on", f'{OF_RAVI}\nto = "mina"', "Ravi passes sign-off SO on to Mina."),
    ],
)  # fmt: skip
def test_a_step(step: Any, verb: str, rest: str, expected: str) -> None:
    assert step(f'do = "{verb}"\n{rest}') == [f"5 November 2024, 10:00. {expected}"]


def test_a_long_remark_is_shortened_and_its_length_told(step: Any) -> None:
    (line,) = step(f'do = "accept"\ndocument = "INV"\nremarks = "{"x" * 251}"')
    assert line.endswith(f"with the remark “{'x' * 24}… (251 characters)”.")


def test_a_refusal_that_no_single_guard_gives_has_its_code_alone(step: Any) -> None:
    told_of = step('do = "accept"\ndocument = "INV"\nrefused = "not_in_ims"')
    assert told_of == ["5 November 2024, 10:00. The head office tries to accept INV.", "Refused, not_in_ims."]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: f"{story.folder}/{story.name}")
def test_every_scenario_is_told_to_the_end(lines: Lines, story: Story) -> None:
    prose = lines(story)
    steps = story.entries("step")
    assert sum(line.startswith("Refused, ") for line in prose) == sum("refused" in entry for entry in steps)
    for row in (*story.entries("taxpayer"), *story.entries("document")):
        assert any(str(row.get("gstin", row["name"])) in line for line in prose)
    for line in prose:
        assert "None" not in line
        assert "{" not in line
        assert line.endswith((".", "…", "...", ")", ";", ":", "?")), line
