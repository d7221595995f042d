"""What is found while a file is read: problems that refuse it and warnings that do not.

Knows no key and no section; imports the errors only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import replace

from ims_fsm.errors import InputError, Problem


class Findings:
    """Collects the problems and warnings of one file; a warning of the same cause is counted, not repeated."""

    def __init__(self, where: str) -> None:
        """Begin with nothing found in the file named `where`."""
        self.where = where
        self.problems: list[Problem] = []
        self._warnings: dict[Hashable, Problem] = {}
        self._seen: Counter[Hashable] = Counter()

    def refuse(self, place: str, what: str, remedy: str) -> None:
        """Keep a problem: the file will not be read."""
        self.problems.append(Problem(place, what, remedy))

    def refuse_value(self, place: str, error: ValueError) -> None:
        """Keep what a reader of single values raised, whose text is "what is wrong; the remedy"."""
        what, _, remedy = str(error).partition("; ")
        self.refuse(place, what, remedy)

    def warn(self, cause: Hashable, place: str, what: str, remedy: str) -> None:
        """Keep a warning once for its cause; later ones of the same cause only count."""
        self._seen[cause] += 1
        self._warnings.setdefault(cause, Problem(place, what, remedy))

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The warnings in the order found, each saying how often its cause was met where that was more than once."""
        counted = ((found, self._seen[cause]) for cause, found in self._warnings.items())
        return tuple(replace(found, what=f"{found.what}{_times(times)}") for found, times in counted)

    def raise_problems(self) -> None:
        """Raise `InputError` with every problem found; do nothing where there is none."""
        if self.problems:
            raise InputError(self.where, self.problems)


def _times(times: int) -> str:
    return "" if times == 1 else f" ({times} times)"
