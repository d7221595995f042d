"""How sentences, tables and progress look."""

from __future__ import annotations

import io
import sys
import time

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


TAX = ("=id", "document", "=supplier", ">tax", "may")
ROWS = [
    ("7", "credit note KCN/24/15", "27AAPFU0939F1ZV", "1,09,880.00", "all but pending (faq.11, faq.11.a)"),
    ("12345", "invoice, amended NB2409-058/AMENDED", "24ZXNCN5590R1ZI", "-99,99,99,999.00", "only reset (faq.13.1)"),
]


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 120])
def test_no_width_cuts_a_word_and_no_line_is_wider(capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    output.table(TAX, ROWS, indent=2)
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= width
    words = sorted(word for row in ROWS for cell in row for word in cell.split())
    names = {name.strip("=>") for name in TAX}
    assert sorted(word for word in printed.split() if word not in names and set(word) != {"─"}) == words


def test_where_there_is_no_room_each_row_is_a_block(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    output.table(("=id", ">tax", "why", "note"), [("7", "1.00", "it is " * 12, ""), ("8", "2.00", "x", "y" * 33)])
    blocks = capsys.readouterr().out.split("\n\n")
    assert blocks[0].splitlines()[:3] == ["id    7", "tax   1.00", "why   it is it is it is it is it is it"]
    assert blocks[1] == f"id    8\ntax   2.00\nwhy   x\nnote  {'y' * 33}\n"


def test_on_a_terminal_its_width_counts(monkeypatch):
    monkeypatch.setattr(Console, "is_terminal", property(lambda _self: True))
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setenv("COLUMNS", "60")
    assert output.console().width == 60


def test_elsewhere_a_table_is_not_folded():
    assert output.console().width == output.WIDE


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(Console, "is_terminal", property(lambda _self: True))
    monkeypatch.setenv("TERM", "xterm")


def test_without_a_terminal_nothing_is_shown(capsys, monkeypatch):
    monkeypatch.setattr(output, "PATIENCE_S", 0.0)
    with output.working("Reading") as tell:
        tell("Taking in", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_what_is_quick_shows_nothing(terminal, capsys):
    with output.working("Reading") as tell:
        tell("Taking in", 1, 2)
    assert "Taking in" not in capsys.readouterr().err


def test_what_takes_long_shows_what_it_does(terminal, capsys, monkeypatch):
    monkeypatch.setattr(output, "PATIENCE_S", 0.0)
    with output.working("Reading") as tell:
        time.sleep(0.05)
        tell("Taking in", 1, 2)
        time.sleep(0.2)
    told = capsys.readouterr()
    assert "Taking in" in told.err
    assert told.out == ""


def test_an_error_takes_the_bar_away(terminal, monkeypatch):
    monkeypatch.setattr(output, "PATIENCE_S", 0.0)
    with pytest.raises(ValueError, match="spoilt"), output.working("Reading"):
        raise ValueError("spoilt")


def test_what_a_program_reads_shows_nothing(terminal, capsys, monkeypatch):
    monkeypatch.setattr(output, "PATIENCE_S", 0.0)
    with output.working("Reading", quiet=True) as tell:
        time.sleep(0.05)
        tell("Taking in", 1, 2)
    assert capsys.readouterr() == ("", "")
