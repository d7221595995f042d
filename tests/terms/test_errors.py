"""Errors as people read them."""

from __future__ import annotations

import pytest

from ims_fsm.errors import MOST_LINES, InputError, Problem


@pytest.mark.parametrize("more", [0, 1, 37, 900])
def test_of_very_many_problems_the_first_are_printed_and_all_are_kept(more):
    problems = [Problem(f"line {number}", "is wrong", "mend it") for number in range(MOST_LINES + more)]
    error = InputError("a.csv", problems)
    lines = str(error).splitlines()
    assert len(lines) == 1 + MOST_LINES + bool(more)
    assert lines[-1] == (f"  and {more:,} more" if more else f"  {problems[-1]}")
    assert len(error.as_dict()["problems"]) == len(problems)


def test_of_very_many_problems_a_program_is_told_a_thousand_and_their_number():
    told = InputError("a.csv", [Problem(f"line {number}", "is wrong", "mend it") for number in range(5_311)]).as_dict()
    assert (len(told["problems"]), told["more_problems"]) == (1000, 4311)
    assert told["message"].endswith("\n  and 5,261 more")
    assert "more_problems" not in InputError("a", [Problem("1", "is wrong", "mend it")] * 1000).as_dict()
