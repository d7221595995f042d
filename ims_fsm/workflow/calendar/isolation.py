"""Isolation: work on recipients that fails is done in smaller parts, until who fails is known and the others are done.

Imports the unit of work. A sweep reports who failed; the scheduler notes it in the tables, and tries again later.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import TypeVar

from ims_fsm.errors import ConflictError, ImsFsmError, printable
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.workspace import RETRIES

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failure:
    """A recipient where something could not be done, and why."""

    recipient: str
    #: The error's code, "unexpected" for one that is not ours.
    code: str
    #: What went wrong, in one line.
    sentence: str
    #: The error itself, as it was raised.
    error: Exception = field(compare=False, repr=False)

    @classmethod
    def of(cls, recipient: str, error: Exception) -> Failure:
        """Return the failure that an error is."""
        code = error.code if isinstance(error, ImsFsmError) else "unexpected"
        return cls(recipient, code, sentence(error), error)


def isolated(
    unit: UnitOfWork, recipients: Sequence[str], work: Callable[[UnitOfWork, Sequence[str]], T]
) -> tuple[list[T], list[Failure]]:
    """Work on recipients together, and where that fails in smaller parts, down to the recipient where it fails.

    A part that fails leaves nothing in the transaction. Returns what was answered for each part, and who failed.
    Raises what went wrong where the connection is lost: that is the failure of nobody.
    """
    done: list[T] = []
    failures: list[Failure] = []
    # An embedder's hook that raises is not asked about the others again.
    at_once = 1 if unit.hooks.registered else len(recipients)
    left = [(part, RETRIES) for part in parted(recipients, at_once)]
    while left:
        part, retries = left.pop(0)
        try:
            with unit.part() as within:
                answer = work(within, part)
        except Exception as error:
            if unit.connection.invalidated:
                raise
            if isinstance(error, ConflictError) and retries:
                left.insert(0, (part, retries - 1))
            elif len(part) == 1:
                failures.append(Failure.of(part[0], error))
            else:
                # Parts of the root, so that few tries find who fails.
                left[:0] = [(smaller, RETRIES) for smaller in parted(part, isqrt(len(part)))]
        else:
            done.append(answer)
    return done, failures


def parted(recipients: Sequence[str], size: int) -> list[Sequence[str]]:
    """Return recipients in parts of at most so many, in their order."""
    return [recipients[start : start + size] for start in range(0, len(recipients), size or 1)]


def sentence(error: BaseException) -> str:
    """Return what went wrong in one line, of an error that nobody expected too."""
    if isinstance(error, ImsFsmError):
        return printable(" ".join(str(error).split()))
    first = next(iter(str(error).splitlines()), "")
    return f"unexpected error ({type(error).__name__}: {printable(first)}); fix the cause, then it can be tried again"
