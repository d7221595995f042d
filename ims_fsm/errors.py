"""Every error of the package: one base class, fields, a message made from the fields, a remedy.

Imports nothing of the package. Refusals are values (`law.refusal`); an error is raised where doing fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class ImsFsmError(Exception):
    """The base of everything this package raises on purpose; `code` is a stable word for machines."""

    code = "error"

    def as_dict(self) -> dict[str, Any]:
        """Return the error for `--json`, HTTP problems and logs: code and message."""
        return {"code": self.code, "message": str(self)}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in something that was read: where it is, what is wrong, what mends it."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """Show the problem in one line."""
        return f"{self.where}: {self.what}; {self.remedy}"


class ProblemsError(ImsFsmError):
    """What was read cannot be used; carries all problems at once, so that one round mends them all."""

    code = "unreadable"

    def __init__(self, subject: str, problems: Sequence[Problem]) -> None:
        """Keep the subject that was read and its problems."""
        self.subject = subject
        self.problems = tuple(problems)
        super().__init__(subject, self.problems)

    def __str__(self) -> str:
        """Show the subject and a line for each problem."""
        if len(self.problems) == 1:
            return f"{self.subject}: {self.problems[0]}"
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        return f"{self.subject}: {len(self.problems)} problems\n{lines}"

    def as_dict(self) -> dict[str, Any]:
        """Return the error with every problem's place, fault and remedy."""
        rows = [{"where": p.where, "what": p.what, "remedy": p.remedy} for p in self.problems]
        return {**super().as_dict(), "problems": rows}


class DeclarationError(ProblemsError):
    """The declared machines do not hold together; mend the TOML at the places named."""

    code = "declaration_invalid"


class InputError(ProblemsError):
    """A file or value from outside cannot be read; nothing was written."""

    code = "input_invalid"


class StoreError(ImsFsmError):
    """The database cannot be opened or used as it is; the message says what to do."""

    code = "store_unusable"


class ConflictError(ImsFsmError):
    """Another writer was first: what was read is no longer so, and nothing of this call was kept.

    `what` names the rows. The whole use case may be tried again; it reads anew.
    """

    code = "stale_version"

    def __init__(self, what: str) -> None:
        """Keep what the other writer changed."""
        self.what = what
        super().__init__(what)

    def __str__(self) -> str:
        """Show what was changed and the remedy."""
        return f"another writer was first to change {self.what}; read again and retry"
