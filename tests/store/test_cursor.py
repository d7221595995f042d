"""Cursors: what they name comes back, and other text does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.errors import InputError
from ims_fsm.store.events import Position, read, written

REMEDY = "give the cursor of an event as it was given, or none to begin with the first event"
numbers = st.integers(-(2**63), 2**63 - 1)
positions = st.builds(Position, numbers, st.integers(0, 3), st.lists(st.text() | numbers).map(tuple))


@given(positions, st.sampled_from(["sqlite", "postgresql"]))
def test_a_cursor_names_its_position(position: Position, dialect: str) -> None:
    assert read(written(position, dialect), dialect) == position


@given(st.text())
def test_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(InputError):
        read(f"s{text}", "sqlite")


@pytest.mark.parametrize("text", ["", "s", "17", "sW10", "s[1,0]", "sWyJ4IiwwXQ", "sWzEuNSwwXQ", "sbnVsbA", "sMQ", "é"])
def test_what_is_no_cursor_is_said(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read(text, "sqlite")
    assert str(refused.value) == f"cursor: {text!r}: is not a cursor of events; {REMEDY}"


def test_a_cursor_of_another_database_is_said() -> None:
    cursor = written(Position(7), "postgresql")
    with pytest.raises(InputError) as refused:
        read(cursor, "sqlite")
    assert str(refused.value) == (
        f"cursor: {cursor!r}: is a cursor of PostgreSQL, and this database is SQLite; {REMEDY}"
    )
