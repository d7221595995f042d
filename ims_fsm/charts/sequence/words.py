"""A tale in sentences: for screen readers, for the refusals in a picture, for its last line.

Imports the tale alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from ims_fsm.charts.paper.citing import cited
from ims_fsm.charts.sequence.story import Step, Tale, balance, signed


def day_said(day: dt.date) -> str:
    """Return a day without its year, like 14 Nov."""
    return f"{day.day} {day:%b}"


def refusals_said(step: Step, fields: Mapping[str, str]) -> tuple[str, ...]:
    """Return each refusal of a step as a clause with its citation and its code; `fields` fill in its sentence."""
    named = {**fields, "document": "it", "original": "the original"}
    return tuple(
        f"{_uncapitalised(refusal.sentence(named))} ({cited([refusal.rule])}, {refusal.code})"
        for refusal in step.refusals
    )


def refusals_again(step: Step) -> tuple[str, ...]:
    """Return each refusal of a step in short, for where it has been told."""
    return tuple(f"as before ({cited([refusal.rule])}, {refusal.code})" for refusal in step.refusals)


def ending(tale: Tale) -> str:
    """Return where both sides stand in the end."""
    standing, carried = tale.after.standing.total, tale.after.carried.total
    if standing == carried:
        return f"In the end the supplier's liability and the recipient's ITC are the same: {balance(standing)}"
    return f"In the end the supplier's liability is {balance(standing)} and the recipient's ITC {balance(carried)}"


def said(tale: Tale, fields: Mapping[str, str]) -> str:
    """Return the whole tale in sentences."""
    return " ".join((f"{tale.title}: {tale.says}.", *_steps(tale, fields), f"{ending(tale)}."))


def _uncapitalised(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _steps(tale: Tale, fields: Mapping[str, str]) -> Iterator[str]:
    for step in tale.steps:
        money = [
            f"{side} {signed(entry.amount)}, total {balance(entry.total)}"
            for side, entry in (("liability", step.liability), ("ITC", step.credit))
            if entry is not None
        ]
        told = f"{day_said(step.day)}: the {step.source} {step.says} ({cited(step.rules)})"
        yield ", ".join((told, *money)) + "."
        yield from (f"Refused: {sentence}." for sentence in refusals_said(step, fields))
