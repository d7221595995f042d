"""What becomes of work on many recipients when it fails for one: the others are done, and the one is named.

Imports the errors; knows none of the work.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import TypeVar

from ims_fsm.errors import ImsFsmError

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


def isolated(recipients: Sequence[str], work: Callable[[Sequence[str]], Sequence[T]]) -> tuple[list[T], list[Failure]]:
    """Work on recipients together, and where that fails in smaller parts, down to the one recipient where it fails.

    `work` keeps all of what it does for some recipients, or nothing. Returns what it answered and who failed.
    """
    try:
        return list(work(recipients)), []
    except Exception as error:  # noqa: BLE001 -- a hook of the embedder may raise anything, and the others go on
        if len(recipients) == 1:
            return [], [Failure.of(recipients[0], error)]
    done: list[T] = []
    failures: list[Failure] = []
    for part in parted(recipients, part_size(len(recipients))):
        answered, failed = isolated(part, work)
        done += answered
        failures += failed
    return done, failures


def parted(recipients: Sequence[str], size: int) -> list[Sequence[str]]:
    """Return recipients in parts of at most so many, in their order."""
    return [recipients[start : start + size] for start in range(0, len(recipients), size)]


def part_size(recipients: int) -> int:
    """Return how many recipients a part of a failed shard has: the root, so that few tries find who fails."""
    return isqrt(recipients)


def sentence(error: BaseException) -> str:
    """Return what went wrong in one line, of an error that nobody expected too."""
    if isinstance(error, ImsFsmError):
        return " ".join(str(error).split())
    first = next(iter(str(error).splitlines()), "")
    return f"unexpected error ({type(error).__name__}: {first}); fix the cause, then it can be tried again"
