"""Drawing again after every change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ims_fsm.draw.watching import watch
from ims_fsm.errors import DeclarationError, Problem


def after(*deeds: Callable[[], object]) -> Callable[[], bool]:
    """Return a pause in which one thing after another is done, and which then ends the watch."""
    left: Iterator[Callable[[], object]] = iter(deeds)

    def pause() -> bool:
        deed = next(left, None)
        if deed is not None:
            deed()
        return deed is not None

    return pause


def touch(path: Path, at: int) -> None:
    """Write a file as of a moment of its own."""
    path.write_text(f"name = '{at}'")
    os.utime(path, ns=(at, at))


@pytest.fixture
def told() -> list[str]:
    return []


def test_it_draws_at_once_and_after_every_change_and_says_so(tmp_path, told) -> None:
    touch(tmp_path / "one.toml", 1)
    deeds = (
        lambda: None,
        lambda: touch(tmp_path / "one.toml", 2),
        lambda: touch(tmp_path / "two.toml", 3),
        (tmp_path / "one.toml").unlink,
    )
    watch(tmp_path, lambda: [tmp_path], told.append, pause=after(*deeds))
    assert told == ["begun: 1 file drawn", "one.toml: 1 file drawn", "two.toml: 1 file drawn", "one.toml: 1 file drawn"]


def test_a_single_file_is_watched_alone(tmp_path, told) -> None:
    touch(tmp_path / "one.toml", 1)
    watch(tmp_path / "one.toml", list, told.append, pause=after(lambda: touch(tmp_path / "two.toml", 2)))
    assert told == ["begun: 0 files drawn"]


def test_a_law_that_cannot_be_drawn_is_told_and_waited_on(tmp_path, told) -> None:
    def redraw() -> list[Path]:
        if len(told) == 1:
            raise DeclarationError("machines", [Problem("one.toml", "is not TOML", "mend it")])
        return [tmp_path]

    deeds = (lambda: touch(tmp_path / "one.toml", 1), lambda: touch(tmp_path / "one.toml", 2))
    watch(tmp_path, redraw, told.append, pause=after(*deeds))
    assert told[1:] == ["one.toml: not drawn: machines: one.toml: is not TOML; mend it", "one.toml: 1 file drawn"]


def test_ctrl_c_ends_it_in_silence(tmp_path, told) -> None:
    def interrupted() -> bool:
        raise KeyboardInterrupt

    watch(tmp_path, list, told.append, pause=interrupted)
    assert told == ["begun: 0 files drawn"]
