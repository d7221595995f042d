"""What is found while a file is read: problems that refuse it and warnings that do not.

Knows no key and no section; imports the errors only. What is told is limited, what is counted is not: a file of a
million faults has a few causes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import replace

from ims_fsm.errors import InputError, Problem

MOST = 1000


class Findings:
    """Collects the problems and warnings of one file; a warning of the same cause is counted, not repeated.

    `refused` counts the problems; the first thousand are kept to be told, and so are the warnings.
    """

    def __init__(self, where: str) -> None:
        """Begin with nothing found in the file named `where`."""
        self.where = where
        self.problems: list[Problem] = []
        self.refused = 0
        self._warnings: dict[Hashable, Problem] = {}
        self._seen: Counter[Hashable] = Counter()
        self._more_warnings = 0

    def refuse(self, place: str, what: str, remedy: str) -> None:
        """Keep a problem: the file will not be read."""
        self.refused += 1
        if len(self.problems) < MOST:
            self.problems.append(Problem(place, what, remedy))

    def refuse_value(self, place: str, error: ValueError) -> None:
        """Keep what a reader of single values raised, whose text is "what is wrong; the remedy"."""
        what, _, remedy = str(error).partition("; ")
        self.refuse(place, what, remedy)

    def warn(self, cause: Hashable, place: str, what: str, remedy: str) -> None:
        """Keep a warning once for its cause; later ones of the same cause only count."""
        if cause not in self._warnings and len(self._warnings) >= MOST:
            self._more_warnings += 1
            return
        self._seen[cause] += 1
        self._warnings.setdefault(cause, Problem(place, what, remedy))

    def add(self, later: Findings) -> None:
        """Take over what was found beside this, as if it had been found after it."""
        self.problems += later.problems[: MOST - len(self.problems)]
        self.refused += later.refused
        for cause, found in later._warnings.items():
            self.warn(cause, found.where, found.what, found.remedy)
            if cause in self._seen:
                self._seen[cause] += later._seen[cause] - 1
        self._more_warnings += later._more_warnings

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The warnings in the order found, each saying how often its cause was met where that was more than once."""
        counted = ((found, self._seen[cause]) for cause, found in self._warnings.items())
        told = tuple(replace(found, what=f"{found.what}{_times(times)}") for found, times in counted)
        return (*told, _more("warnings", self._more_warnings)) if self._more_warnings else told

    def raise_problems(self) -> None:
        """Raise `InputError` with the problems found, and how many more there are; do nothing where there is none."""
        if self.refused:
            left = self.refused - len(self.problems)
            raise InputError(self.where, [*self.problems, *([_more("problems", left)] if left else [])])


def _more(what: str, count: int) -> Problem:
    return Problem(
        "file", f"{count:,} more {what} of the same file are not listed", "mend those that are, and try again"
    )


def _times(times: int) -> str:
    return "" if times == 1 else f" ({times} times)"
