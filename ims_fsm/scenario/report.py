"""What running scenarios came to: outcomes as values, and as lines for people.

Imports the errors and the terms; runs nothing and prints nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ims_fsm.errors import Problem
from ims_fsm.terms.period import in_india


@dataclass(frozen=True, slots=True)
class StepNote:
    """What a step reports although it held: its number from 1, its moment (aware, UTC) and the sentence."""

    number: int
    at: datetime
    sentence: str

    def __str__(self) -> str:
        """Show the step in one sentence."""
        moment = in_india(self.at).replace(tzinfo=None).isoformat(" ")
        return f"step {self.number} ({moment} IST): {self.sentence}"


@dataclass(frozen=True, slots=True)
class StepFailure:
    """A step that did not hold: its number from 1, its moment (aware, UTC), what was expected and what happened."""

    number: int
    at: datetime
    expected: str
    happened: str

    def __str__(self) -> str:
        """Show the step in one sentence."""
        return str(StepNote(self.number, self.at, f"expected {self.expected}; {self.happened}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a scenario came to; one that could not be read has problems, and then nothing was run.

    `steps` counts its steps, `ran` those that were run: what follows a step that did something unexpected is not.
    `notes` tell what a bulk action was refused on while it was done on the rest (FAQ 30).
    """

    path: Path
    title: str
    rules: tuple[str, ...] = ()
    steps: int = 0
    ran: int = 0
    failures: tuple[StepFailure, ...] = ()
    notes: tuple[StepNote, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def held(self) -> bool:
        """Whether every step held."""
        return not self.failures and not self.problems


def lines(outcome: Outcome) -> list[str]:
    """Return the lines that tell people of an outcome: one where it held, and one for each failure or problem."""
    if outcome.problems:
        return [f"unreadable  {outcome.path}", *(f"    {outcome.path}: {problem}" for problem in outcome.problems)]
    notes = [f"    {note}" for note in outcome.notes]
    if outcome.held:
        return [f"held        {outcome.path}: {outcome.title} ({_counted(outcome.steps, 'step')})", *notes]
    rows = [*notes, *(f"    {outcome.path}: {failure}" for failure in outcome.failures)]
    left = outcome.steps - outcome.ran
    rest = [f"    {_counted(left, 'step')} after it not run"] if left else []
    return [f"failed      {outcome.path}: {outcome.title}", *rows, *rest]


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return the sum of several outcomes in one line."""
    held = sum(outcome.held for outcome in outcomes)
    unreadable = sum(bool(outcome.problems) for outcome in outcomes)
    failed = len(outcomes) - held - unreadable
    return f"{_counted(len(outcomes), 'scenario')}: {held} held, {failed} failed, {unreadable} unreadable"


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """Return 0 where every scenario held, 1 where one failed, 2 where one could not be read."""
    if any(outcome.problems for outcome in outcomes):
        return 2
    return 0 if all(outcome.held for outcome in outcomes) else 1


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
