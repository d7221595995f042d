"""JSON with exact amounts: no float comes in, no float goes out."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from json import JSONDecodeError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn import notation
from ims_fsm.formats.gstn.notation import dumps, loads

NAN = "NaN is not a number in JSON"
AGAIN = "download it from the portal again"
UNREADABLE = {
    "empty": (b" \n", Problem("file", "it is empty", AGAIN)),
    "packed": (
        b"PK\x03\x04rest",
        Problem("file", "it is an archive or a workbook", "unpack it and give the JSON file"),
    ),
    "no json": ('{"b2b": [}', Problem("line 1, column 10", "it is not valid JSON here (Expecting value)", AGAIN)),
    "no text": (b'{"a": "\xff"}', Problem("byte 7", "it is not text in UTF-8", AGAIN)),
    "too deep": ("[" * 100_000, Problem("file", "it is nested too deeply for a file of the portal", AGAIN)),
    "no number": (
        "[NaN]",
        Problem("file", f"it holds a number that cannot be read ({NAN})", AGAIN),
    ),
}


@pytest.mark.parametrize(("data", "problem"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_json_is_refused_in_a_sentence(data, problem):
    with pytest.raises(InputError) as refused:
        loads(data, "ims.json")
    assert refused.value.problems == (problem,)


TWICE = "stands twice in one object, and only the last would be read"


def test_each_key_that_stands_twice_is_refused_and_named_once():
    text = '{"data": {"b2b": [1], "b2b": [2]}, "rows": [{"a": 1, "a": 1}, {"a": 1, "b": 2, "a": 3}, {"b": 1}]}'
    with pytest.raises(InputError) as refused:
        loads(text, "ims.json")
    remedy = "put what they hold under one key"
    assert refused.value.problems == (Problem('"b2b"', TWICE, remedy), Problem('"a"', TWICE, remedy))


@pytest.mark.parametrize("text", ["[" + "9" * 5000 + "]", "[1e99999999999999999999]"])
def test_a_monstrous_number_is_refused_in_a_sentence(text):
    with pytest.raises(InputError, match="it holds a number that cannot be read"):
        loads(text, "ims.json")


@pytest.mark.parametrize("data", ['\ufeff{"a": 0.1}', '{"a": 0.1}'.encode("utf-8-sig"), '{"a": 0.1}'.encode("utf-16")])
def test_marks_of_byte_order_are_taken_and_numbers_stay_exact(data):
    assert loads(data, "ims.json") == {"a": Decimal("0.1")}


def test_rupees_are_written_with_two_places_and_never_in_exponents():
    amounts = [Decimal("1E+5"), Decimal(0), Decimal("0.10"), Decimal("99999999999999.99")]
    assert dumps(amounts) == "[100000.00,0.00,0.10,99999999999999.99]"


def test_text_is_escaped_into_ascii():
    assert dumps({"remarks": 'गलत "माल"\n'}) == json.dumps({"remarks": 'गलत "माल"\n'}, separators=(",", ":"))


@pytest.mark.parametrize("value", [0.1, Decimal("0.001"), Decimal("NaN"), {1, 2}, b"text"])
def test_what_has_no_exact_form_is_refused(value):
    with pytest.raises(TypeError, match="has no exact form in JSON; give rupees as a Decimal with two places"):
        dumps({"a": value})


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(TREES, st.sampled_from([None, 2]))
def test_dumps_agrees_with_the_standard_library_where_both_can(tree, indent):
    separators = (",", ":") if indent is None else (",", ": ")
    assert dumps(tree, indent) == json.dumps(tree, indent=indent, separators=separators)


@given(st.decimals(min_value=-(10**13), max_value=10**13, places=2))
def test_an_amount_survives_writing_and_reading(amount):
    assert loads(dumps([amount]), "x") == [amount]


def test_a_value_without_an_end_is_not_held(monkeypatch):
    """A text that is never closed would be read to the end of a file of any size."""

    class Endless(io.RawIOBase):
        read_so_far = 0

        def read(self, size=-1):
            size = min(size, 1 << 20)
            Endless.read_so_far += size
            return b'{"a": "' if Endless.read_so_far == size else b"x" * size

    monkeypatch.setattr(notation, "LARGEST_VALUE", 1 << 20)
    text = notation.JsonText(Endless())
    with pytest.raises(JSONDecodeError, match="a value of more than 1,048,576 characters"):
        [text.value() for _ in text.members()]
    assert Endless.read_so_far < 1 << 23
