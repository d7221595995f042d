"""How sentences and tables look."""

from __future__ import annotations

import io
import sys

import pytest
from rich.console import Console

from ims_fsm.cli import output


@pytest.fixture(autouse=True)
def plain_width(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)


def test_a_sentence_is_folded_at_words_and_hangs(capsys):
    output.say("word " * 30, indent=2, hang=3)
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("  word")
    assert second.startswith("     word")
    assert len(first) <= output.PROSE


@pytest.mark.parametrize("entries", [[], [1], [{"name": "a", "of": [{}, "₹"]}, [], {"b": None}]])
def test_a_list_written_as_it_comes_is_the_answer_written_whole(capsys, entries):
    output.emit_each({"recipient": "R", "more": [1]}, "records", iter(entries))
    as_it_comes = capsys.readouterr().out
    output.emit({"recipient": "R", "more": [1], "records": entries})
    assert as_it_comes == capsys.readouterr().out


def test_an_empty_sentence_is_an_empty_line(capsys):
    output.say("", "one")
    assert capsys.readouterr().out == "\none\n"


def test_what_looks_like_markup_is_shown_as_it_is(capsys):
    output.say("[bold]x[/bold] :smile: b2b[3]")
    output.table(("[a]",), [("b2b[3]",)])
    assert capsys.readouterr().out == "[bold]x[/bold] :smile: b2b[3]\n[a]\n──────\nb2b[3]\n"


def test_a_table_has_no_blanks_at_its_ends_and_numbers_to_the_right(capsys):
    output.table(("name", ">tax"), [("a", "1.00"), ("bcde", "12.00")], indent=1)
    assert capsys.readouterr().out == " name    tax\n ───────────\n a      1.00\n bcde  12.00\n"


def test_a_table_without_names_has_no_head(capsys):
    output.table(("", ""), [("date", "2024-10-04")])
    assert capsys.readouterr().out == "date  2024-10-04\n"


def test_a_command_is_never_folded(capsys):
    output.verbatim("x" * 300)
    assert capsys.readouterr().out == "x" * 300 + "\n"


def test_json_keeps_its_order_and_its_letters(capsys):
    output.emit({"b": "→", "a": ["1.00"]})
    assert capsys.readouterr().out == '{\n  "b": "→",\n  "a": [\n    "1.00"\n  ]\n}\n'


def test_on_a_terminal_its_width_counts(monkeypatch):
    monkeypatch.setattr(Console, "is_terminal", property(lambda _self: True))
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setenv("COLUMNS", "60")
    assert output.console().width == 60


def test_elsewhere_a_table_is_not_folded():
    assert output.console().width == output.WIDE
