"""Errors as people read them."""

from __future__ import annotations

import pytest

from ims_fsm.errors import MOST_LINES, InputError, Problem


@pytest.mark.parametrize("more", [0, 1, 37, 1200])
def test_of_very_many_problems_the_first_are_printed_and_all_are_kept(more):
    problems = [Problem(f"line {number}", "is wrong", "mend it") for number in range(MOST_LINES + more)]
    error = InputError("a.csv", problems)
    lines = str(error).splitlines()
    assert len(lines) == 1 + MOST_LINES + bool(more)
    assert lines[-1] == (f"  and {more:,} more" if more else f"  {problems[-1]}")
    assert len(error.as_dict()["problems"]) == len(problems)
