"""The progress bar."""

from __future__ import annotations

import time

import pytest
from rich.console import Console

from ims_fsm.cli import progress


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(Console, "is_terminal", property(lambda _self: True))
    monkeypatch.setenv("TERM", "xterm")


def test_without_a_terminal_nothing_is_shown(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    with progress.working("Reading") as tell:
        tell("Taking in", 1, 2)
    assert capsys.readouterr() == ("", "")


def test_what_is_quick_shows_nothing(terminal, capsys):
    with progress.working("Reading") as tell:
        tell("Taking in", 1, 2)
    assert "Taking in" not in capsys.readouterr().err


def test_what_takes_long_shows_what_it_does(terminal, capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    with progress.working("Reading") as tell:
        time.sleep(0.05)
        tell("Taking in", 1, 2)
        time.sleep(0.2)
    told = capsys.readouterr()
    assert "Taking in" in told.err
    assert told.out == ""


def test_an_error_takes_the_bar_away(terminal, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    with pytest.raises(ValueError, match="spoilt"), progress.working("Reading"):
        raise ValueError("spoilt")


def test_what_a_program_reads_shows_nothing(terminal, capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_S", 0.0)
    with progress.working("Reading", quiet=True) as tell:
        time.sleep(0.05)
        tell("Taking in", 1, 2)
    assert capsys.readouterr() == ("", "")
