"""Deadlines in words: until when a record may be pending or give credit, and when its returns are due.

Imports the field's words; works nothing out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ims_fsm.terms.period import day_in_words
from ims_fsm.terms.vocabulary import TwoBState

if TYPE_CHECKING:
    from ims_fsm import Deadlines, ReturnDates


def facts(deadlines: Deadlines) -> Iterator[tuple[str, str]]:
    """Give each deadline of a record with its name; none for what has none."""
    if deadlines.pending_until is not None:
        yield "pending until", f"{day_in_words(deadlines.pending_until)} ({deadlines.pending_rule})"
    if deadlines.credit_until is not None:
        yield "ITC until", f"{day_in_words(deadlines.credit_until)}, in a GSTR-3B filed by then (sec.16_4)"
    returns = deadlines.returns
    yield f"GSTR-2B {returns.period}", _of_two_b(returns)
    yield f"GSTR-3B {returns.period}", f"due on {day_in_words(returns.file_by)}"


def _of_two_b(returns: ReturnDates) -> str:
    day = day_in_words(returns.drafted_on)
    if returns.two_b is TwoBState.FINAL:
        return f"final: its GSTR-3B is filed; it was drafted on {day}"
    state = "not generated yet" if returns.two_b is TwoBState.ABSENT else str(returns.two_b)
    return f"{state}; from {day} a filed record with no action is deemed accepted in it (faq.14.iv)"


def due(dates: ReturnDates) -> str:
    """Return when the returns of a period are due, as a sentence."""
    days = f"{day_in_words(dates.drafted_on)}; its GSTR-3B is due on {day_in_words(dates.file_by)}"
    return f"The day of GSTR-2B of {dates.period} is {days}."
