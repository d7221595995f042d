"""The rules of a matching: what ships, a file of one's own laid over it, and faults that are told together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import DeclarationError
from ims_fsm.law.matching import BUILT_IN, canonical, written
from ims_fsm.law.matching_reading import cascade_with, read_cascade, shipped_cascade
from ims_fsm.law.overlay import Overlay
from ims_fsm.resources import machines_folder

SHIPPED = (machines_folder() / "matching.toml").read_text("utf-8")
# Written the same way but for what does not count, for a document of 2024-25.
ALIKE = {
    "INV/24-25/00007": ("inv/24-25/7", "INV-2024-25-007", " INV 7", "inv7", "INV\u00a0/\u200b007", "2425/INV/7"),
    "GST/0041/2024-25": ("GST-41", "gst/41/24-25", "GST41"),
    "SI242500012": ("SI/12", "si-00012"),
    "SI/2324/12": ("SI232412",),
    "24-25": ("2425",),
    "000": ("0",),
}


@pytest.mark.parametrize("number", ALIKE)
def test_numbers_written_otherwise_are_one(number):
    assert {canonical(other, "2024-25") for other in ALIKE[number]} == {canonical(number, "2024-25")}


def test_numbers_of_another_year_and_other_serials_stay_apart():
    numbers = ("INV/23-24/7", "INV/7", "INV/70", "IN/7", "INV/7A", "7")
    assert len({canonical(number, "2024-25") for number in numbers}) == len(numbers)
    assert canonical("INV/24-25/7", "2025-26") != canonical("INV/7", "2025-26")


@given(st.text(max_size=20), st.sampled_from(["2023-24", "2024-25"]))
def test_a_number_is_compared_as_it_is_written(number, fy):
    """What is compared is of what was written, and blanks and small letters change nothing."""
    assert canonical(written(number), fy) == canonical(number, fy) == canonical(f" {number} ", fy)
    assert bool(written(number)) == bool(canonical(number, fy))


def test_every_class_ships_with_its_sentence_and_every_rule_gives_one():
    shipped = shipped_cascade()
    assert {*shipped.classes} == {*shipped.gives.values(), *BUILT_IN}
    assert not any("{" in says or says.endswith(".") for says in shipped.classes.values())


def test_a_file_of_ones_own_is_laid_over(tmp_path):
    (tmp_path / "own.toml").write_text(
        """
        [[class]]
        name = "near"
        says = "the dates are a week apart at most"
        [[class]]
        name = "exact"
        says = "all is the same"
        [[match]]
        name = "a_week"
        gives = "near"
        number = "canonical"
        paise = 100
        days = 7
        before = "same_number_another_date"
        [[match]]
        name = "alike_number_same_amounts"
        off = true
        [[match]]
        name = "same_in_all"
        paise = 0
        """,
        "utf-8",
    )
    ours, theirs = shipped_cascade(), cascade_with(Overlay.of(tmp_path / "own.toml"))
    names = [rule.name for rule in ours.rules if rule.name != "alike_number_same_amounts"]
    names.insert(names.index("same_number_another_date"), "a_week")
    assert [rule.name for rule in theirs.rules] == names
    assert (theirs.rules[0].paise, theirs.rules[0].number) == (0, "written")
    assert theirs.classes["exact"] == "all is the same"
    assert theirs.gives["a_week"] == "near"
    assert cascade_with(None) == ours


FAULTS = {
    '[[match]]\nname = "same_in_all"\ndays = -1': "days: -1 is not from 0 to 366",
    '[[match]]\nname = "same_in_all"\nnumber = "like"': "'like'",
    '[[match]]\nname = "same_in_all"\ngives = "books_only"': "'books_only' is not a class of pairs",
    '[[match]]\nname = "same_in_all"\nafter = "x"': "after (same_in_all): is not a key here",
    '[[match]]\nname = "x"\ngives = "exact"\nnumber = "written"\nbefore = "y"': "comes before 'y', which is not here",
    '[[match]]\nname = "x"\ngives = "exact"\nnumber = "written"\npaise = 100': "is never reached: same_in_all takes",
    '[[match]]\nname = "alike_number_same_amounts"\namounts = "any"': "neither the whole number nor the amounts",
    '[[match]]\nname = "alike_number_same_amounts"\nsimilarity = 0': "similarity: is not above 0",
    '[[match]]\nname = "same_in_all"\nsimilarity = 0.5': "with a number that is compared whole",
    "[limits]\ncandidates = 3": "limits candidates: 3 is not from 4 to 400",
    "limits = 3": "limits: is not a table",
    "match = 3": "match: is not a list of tables",
    "[rule]\nx = 1": "rule: is not a table of this file",
    "[[match": "is not TOML",
}


@pytest.mark.parametrize("overlay", FAULTS)
def test_a_fault_is_told_with_its_place(overlay):
    with pytest.raises(DeclarationError) as raised:
        read_cascade(SHIPPED, overlay, "own.toml")
    assert FAULTS[overlay] in str(raised.value)


def test_faults_are_told_together_and_so_is_a_file_that_is_not_there(tmp_path):
    overlay = '[[match]]\nname = "same_in_all"\ndays = 900\n[[match]]\nname = "same_number_other_heads"\npaise = -5'
    with pytest.raises(DeclarationError) as raised:
        read_cascade(SHIPPED, overlay, "own.toml")
    assert len(raised.value.problems) == 2
    with pytest.raises(DeclarationError, match="cannot be read"):
        Overlay.of(tmp_path / "none.toml")


def test_a_misspelt_name_is_read_as_it_was_meant_so_that_all_faults_are_told():
    overlay = '[[match]]\nname = "same_in_al"\npaise = -1\ndays = "x"\nbefore = "same_number_other_head"'
    with pytest.raises(DeclarationError) as raised:
        read_cascade(SHIPPED, overlay.replace('days = "x"\n', ""), "own.toml")
    misspelt, place, paise = raised.value.problems
    assert misspelt.remedy == "did you mean same_in_all? A new entry has gives, name, number"
    assert place.remedy.startswith("did you mean same_number_other_heads? ")
    assert str(paise).startswith("own.toml match (same_in_all) paise: -1 is not from 0")
    with pytest.raises(DeclarationError) as raised:
        read_cascade(SHIPPED, overlay, "own.toml")
    assert [*raised.value.problems[:2]] == [misspelt, place]
    assert "days" in raised.value.problems[2].where


def test_an_entry_that_has_all_that_it_needs_may_be_named_much_like_another():
    overlay = '[[match]]\nname = "same_in_al"\ngives = "exact"\nnumber = "written"\nbefore = "same_in_all"'
    assert read_cascade(SHIPPED, overlay, "own.toml").rules[0].name == "same_in_al"


def test_a_file_without_a_class_that_is_always_there_is_refused():
    with pytest.raises(DeclarationError, match="lacks books_only"):
        read_cascade(SHIPPED.replace('name = "books_only"', 'name = "books"'))
