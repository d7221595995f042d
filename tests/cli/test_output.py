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


def test_a_sentence_is_folded_at_words_and_hangs_and_an_empty_one_is_an_empty_line(capsys):
    output.say("word " * 30, "", "one", indent=2, hang=3)
    first, second, *rest = capsys.readouterr().out.splitlines()
    assert (first[:6], second[:9], rest) == ("  word", "     word", ["", "  one"])
    assert len(first) <= output.PROSE


def test_what_looks_like_markup_is_shown_as_it_is_and_a_command_is_never_folded(capsys):
    output.say("[bold]x[/bold] :smile: b2b[3]")
    output.table(("[a]",), [("b2b[3]",)])
    output.verbatim("x" * 300)
    told = capsys.readouterr().out
    assert told == f"[bold]x[/bold] :smile: b2b[3]\n[a]\n──────\nb2b[3]\n{'x' * 300}\n"


TABLE = " name    tax\n ───────────\n a      1.00\n bcde  12.00\n"


@pytest.mark.parametrize(
    ("names", "rows", "printed"),
    [
        (
            ("name", ">tax"),
            [("a", "1.00"), ("bcde", "12.00")],
            TABLE,
        ),
        (("", ""), [("date", "2024-10-04")], " date  2024-10-04\n"),
    ],
)
def test_a_table_has_no_blanks_at_its_ends_and_numbers_to_the_right(capsys, names, rows, printed):
    output.table(names, rows, indent=1)
    assert capsys.readouterr().out == printed


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


def on_a_terminal(monkeypatch):
    monkeypatch.setattr(Console, "is_terminal", property(lambda _self: True))
    monkeypatch.setenv("TERM", "xterm")


def test_only_on_a_terminal_its_width_counts(monkeypatch):
    assert output.console().width == output.WIDE
    on_a_terminal(monkeypatch)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setenv("COLUMNS", "60")
    assert output.console().width == 60


@pytest.mark.parametrize(
    ("is_terminal", "is_long", "quiet", "shown"),
    [(True, True, False, True), (True, True, True, False), (True, False, False, False), (False, True, False, False)],
)
def test_work_that_takes_long_is_shown_to_people(capsys, monkeypatch, is_terminal, is_long, quiet, shown):
    if is_terminal:
        on_a_terminal(monkeypatch)
    if is_long:
        monkeypatch.setattr(output, "PATIENCE_S", 0.0)
    with output.working("Reading", quiet=quiet) as tell:
        time.sleep(0.05 * is_long)
        tell("Taking in", 1, 2)
        time.sleep(0.2 * is_long)
    told = capsys.readouterr()
    assert (("Taking in" in told.err), told.out) == (shown, "")
    assert told.err == "" or is_terminal is not quiet


def test_an_error_takes_the_bar_away(monkeypatch):
    on_a_terminal(monkeypatch)
    monkeypatch.setattr(output, "PATIENCE_S", 0.0)
    with pytest.raises(ValueError, match="spoilt"), output.working("Reading"):
        raise ValueError("spoilt")
