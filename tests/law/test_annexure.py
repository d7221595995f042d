"""Annexure-A: every row and example of the shipped table against the ledger, and every fault that loading finds."""

from __future__ import annotations

import tomllib
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.annexure import Annexure, check, check_example, evaluate, load, play
from ims_fsm.resources import machines_folder
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import Kind

TEXT = (machines_folder() / "annexure_a.toml").read_text(encoding="utf-8")
ANNEXURE = load(TEXT)
ROWS = {row.name: row for row in ANNEXURE.row}
HUNDRED, EIGHTY, TWENTY = Heads(igst=10_000), Heads(igst=8_000), Heads(igst=2_000)
AMOUNTS = st.builds(Heads, *[st.integers(0, 1_000)] * 4).filter(bool)  # without tax nothing is at stake
PERCENT = st.integers(0, 100)

ONE_ROW = """
[[row]]
id = 13
document = ["invoice"]
direction = "downward"
original = "accepted"
action = ["rejected"]
itc = "0"
supplier_entry = "D"
add_back = "-D"
pending_allowed = false
rules = ["faq.11.d"]
provenance = "derived"
source = "faq"
note = "The recipient keeps V0."
"""
ONE_EXAMPLE = """
[[example]]
row = "13"
v0 = "100.00"
v1 = "80.00"
itc = "0.00"
supplier_entry = "-20.00"
add_back = "20.00"
"""


def moved(direction: str, low: Heads, rise: Heads) -> tuple[Heads, Heads]:
    """V0 and V1 that move as the direction says; for `any` as the two amounts fall."""
    high = low + rise
    return {"upward": (low, high), "downward": (high, low), "any": (low, rise)}.get(direction, (low, low))


@pytest.mark.parametrize("name", ROWS)
@settings(max_examples=30)
@given(low=AMOUNTS, rise=AMOUNTS, percent=PERCENT)
def test_every_row_agrees_with_the_ledger(name, low, rise, percent):
    row = ROWS[name]
    v0, v1 = moved(row.direction, low, rise)
    full = evaluate(ROWS[f"32{row.part}"].itc, v0, v1) if row.action == ("reduced",) else NIL
    assert check(row, v0, v1, Heads(*(-amount * percent // 100 for amount in full))) == []


@pytest.mark.parametrize("example", ANNEXURE.example, ids=lambda example: example.row)
def test_every_example_holds(example):
    assert check_example(ANNEXURE, example) == []


def test_the_table_has_its_34_rows_in_order():
    numbers = [row.id for row in ANNEXURE.row]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, 35))


def test_parts_count_from_a_where_a_row_has_several():
    parts: dict[int, str] = {}
    for row in ANNEXURE.row:
        parts[row.id] = parts.get(row.id, "") + row.part
    assert set(parts.values()) == {"", "abcd"}
    assert [row for row, part in parts.items() if part] == [31, 32, 33, 34]


def test_every_row_cites_what_the_register_has():
    register = tomllib.loads((machines_folder() / "rules.toml").read_text(encoding="utf-8"))
    assert {rule for row in ANNEXURE.row for rule in row.rules} <= {rule["id"] for rule in register["rule"]}
    assert {row.source for row in ANNEXURE.row} <= {source["id"] for source in register["source"]}


@pytest.mark.parametrize(
    ("symbol", "worth"),
    [
        ("0", NIL),
        ("V0", HUNDRED),
        ("-V0", -HUNDRED),
        ("V1", EIGHTY),
        ("-V1", -EIGHTY),
        ("D", -TWENTY),
        ("-D", TWENTY),
        ("-d", Heads(igst=-500)),
    ],
)
def test_a_symbol_is_worth(symbol, worth):
    assert evaluate(symbol, HUNDRED, EIGHTY, Heads(igst=500)) == worth


def test_an_unknown_symbol_is_refused():
    with pytest.raises(
        ValueError, match=r"'V2' is not a symbol of Annexure-A; they are 0, V0, -V0, V1, -V1, D, -D, -d"
    ):
        evaluate("V2", HUNDRED, EIGHTY)


@pytest.mark.parametrize(
    ("cell", "wrong", "shown"),
    [
        ("itc", "D", "itc is -20.00 IGST in the table and 0.00 by the ledger"),
        ("supplier_entry", "0", "supplier_entry is 0.00 in the table and -20.00 IGST by the ledger"),
        ("add_back", "0", "add_back is 0.00 in the table and 20.00 IGST by the ledger"),
        ("reversal", "V0", "reversal is 100.00 IGST in the table and 0.00 by the ledger"),
        ("pending_allowed", True, "pending_allowed is True in the table and False by the ledger"),
    ],
)
def test_a_wrong_cell_is_found(cell, wrong, shown):
    row = replace(ROWS["13"], **{cell: wrong, "document": (Kind.DEBIT_NOTE,)})
    remedy = "correct the row, or the reading of the rules it cites"
    assert check(row, HUNDRED, EIGHTY) == [Problem("row 13, debit_note rejected", shown, remedy)]


def test_a_wrong_cell_is_found_for_every_kind_and_action():
    row = replace(ROWS["17"], add_back="V0")
    assert len(check(row, HUNDRED, HUNDRED)) == len(row.document) * len(row.action)


def test_a_row_without_a_word_on_pending_says_nothing_of_it():
    row = replace(ROWS["13"], pending_allowed=None)
    assert check(row, HUNDRED, EIGHTY) == []


@pytest.mark.parametrize(
    ("name", "v1"),
    [("13", HUNDRED), ("13", HUNDRED + TWENTY), ("7", EIGHTY), ("7", Heads(cgst=20_000)), ("16", EIGHTY)],
)
def test_values_must_move_in_the_direction_of_the_row(name, v1):
    [problem] = check(ROWS[name], HUNDRED, v1)
    assert problem.where == f"row {name}"
    assert problem.what == f"is a row of {ROWS[name].direction} amendments, and from 100.00 IGST to {v1} is none"
    assert problem.remedy == "check it with values that move that way in every head"


def test_within_one_period_the_supplier_s_entry_is_that_of_both():
    played = play(ROWS["31a"], Kind.INVOICE, "accepted", (HUNDRED, EIGHTY, NIL))
    assert (played.entry, played.settled.itc, played.leaks) == (EIGHTY, EIGHTY, False)


def test_a_wrong_example_is_found():
    example = replace(next(found for found in ANNEXURE.example if found.row == "13"), add_back=NIL)
    what = "add_back is 0.00 in the example and 20.00 IGST by the row"
    assert check_example(ANNEXURE, example) == [Problem("example of row 13", what, "correct the example or the row")]


def test_one_row_and_one_example_load():
    annexure = load(ONE_ROW + ONE_EXAMPLE)
    assert isinstance(annexure, Annexure)
    assert [(row.name, row.document) for row in annexure.row] == [("13", (Kind.INVOICE,))]
    assert annexure.example[0].add_back == Heads(igst=2_000)


def faults(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(DeclarationError) as caught:
        load(text)
    return [(problem.where, problem.what, problem.remedy) for problem in caught.value.problems]


LETTER = "give each its own part, a letter"
UNSETTLED = "an original is unsettled exactly where its amendment is of the same 2B period"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("row = [", ("the text", "is not TOML: Invalid value (at end of document)", "correct that line")),
        ("", ("row", "is missing", "add it")),
        ("row = 3", ("row", "3 is not a list", "write it in brackets")),
        (ONE_ROW + "colour = 1", ("row[1].colour", "is not a key of Annexure-A", "remove it or correct its spelling")),
        (ONE_ROW.replace('add_back = "-D"', ""), ("row[1].add_back", "is missing", "add it")),
        (
            ONE_ROW.replace('itc = "0"', 'itc = "V2"'),
            (
                "row[1].itc",
                "'V2' cannot be used",
                "it should be '0', 'V0', '-V0', 'V1', '-V1', 'D', '-D' or '-d'",
            ),
        ),
        (
            ONE_ROW + 'since = "2025-13"',
            ("row[1].since", "'2025-13' is not a tax period", 'write the year and month like "2024-10"'),
        ),
        (
            ONE_ROW.replace('"downward"', '"original"'),
            (
                "row 13",
                "has direction original and original accepted",
                'an original, and nothing else, has original = "none"',
            ),
        ),
        (
            ONE_ROW + "same_period = true",
            ("row 13", "has original accepted and same_period true", UNSETTLED),
        ),
        (ONE_ROW + ONE_ROW, ("row 13", "stands 2 times", LETTER)),
        (
            ONE_ROW + ONE_EXAMPLE.replace('"13"', '"31"'),
            ("example[1]", "is of row 31, which does not exist", "name a row with its part"),
        ),
        (
            ONE_ROW + ONE_EXAMPLE.replace('"80.00"', "80.5"),
            ("example[1].v1", "80.5 is not an exact amount", 'write rupees as a string, like "18000.00"'),
        ),
    ],
)
def test_loading_names_the_fault(text, found):
    assert faults(text) == [found]


def test_loading_names_all_faults_at_once():
    text = ONE_ROW.replace('itc = "0"', 'itc = "zero"').replace("id = 13", 'id = "13"') + "colour = 1"
    assert [where for where, _, _ in faults(text)] == ["row[1].id", "row[1].itc", "row[1].colour"]
    contradictory = ONE_ROW.replace('"accepted"', '"unsettled"') + ONE_ROW.replace('"accepted"', '"none"')
    assert len(faults(contradictory)) == 3


def test_a_row_is_frozen():
    row: Any = ROWS["1"]
    with pytest.raises(FrozenInstanceError, match="cannot assign"):
        row.itc = "0"
