"""Every error of the package: one base class, fields, a message made from the fields, a remedy.

Imports the characters that are shown: what a sentence is made of goes through `printable`, which lets no password and
no control character by. Refusals are values (`law.refusal`); an error is raised where doing fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from ims_fsm.terms.characters import visible

LONGEST = 1000
#: What becomes of a call, for whoever must choose by it: a status, an exit code, whether to try again.
Outcome = Literal["done", "refused", "not_permitted", "not_here", "bad_input", "conflict", "unusable", "failed"]
# Of so many problems each is told, to a person and to a program; of the rest their number.
MOST_LINES, MOST = 50, 1000


def printable(text: object) -> str:
    """Return text as it may stand in a sentence: what cannot be printed is escaped, and a long text is cut."""
    whole = redacted(str(text))
    return visible(whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}…")


# A user and what may be their password: all between the scheme and the last @, as a password may hold any sign.
_USER = re.compile(r"(?<=://)(?!/)[^\n]*(?=@)")
_PLAIN_USER = re.compile(r"[\w.%~-]*")
_PASSWORD = re.compile(r"""(?i)(\b\w*(?:pass|pwd|secret)\w*\s*=\s*)(?:'[^']*'?|"[^"]*"?|[^\s&;'"]+)""")


def redacted(text: str) -> str:
    """Return a text without the passwords that it holds: those of URLs, before an @ or in a query.

    >>> redacted("cannot open postgresql://asha:s3@cret@host/ims?sslpassword=x&sslmode=require")
    'cannot open postgresql://asha:***@host/ims?sslpassword=***&sslmode=require'
    """
    if "://" in text:
        text = _USER.sub(_hidden, text)
    return _PASSWORD.sub(r"\1***", text) if "=" in text else text


def _hidden(match: re.Match[str]) -> str:
    user, colon, _ = match[0].partition(":")
    if not _PLAIN_USER.fullmatch(user):
        return "***"
    return f"{user}:***" if colon else user


class ImsFsmError(Exception):
    """The base of everything this package raises on purpose; `code` is a stable word for machines.

    `outcome` says of which sort it is: every error that a caller answers alike has the same.
    """

    code = "error"
    outcome: Outcome = "failed"

    def __str__(self) -> str:
        """Show the message."""
        return printable(super().__str__())

    def as_dict(self) -> dict[str, Any]:
        """Return the error for `--json`, HTTP problems and logs: code and message."""
        return {"code": self.code, "message": str(self)}


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in something that was read: where it is, what is wrong, what mends it."""

    where: str
    what: str
    remedy: str

    def __post_init__(self) -> None:
        """Keep each part so that it can be printed, whatever was read."""
        for field in fields(self):
            object.__setattr__(self, field.name, printable(getattr(self, field.name)))

    def __str__(self) -> str:
        """Show the problem in one line."""
        return f"{self.where}: {self.what}; {self.remedy}"


class ProblemsError(ImsFsmError):
    """What was read cannot be used; carries all problems at once, so that one round mends them all."""

    code = "unreadable"
    outcome: Outcome = "bad_input"

    def __init__(self, subject: str, problems: Sequence[Problem]) -> None:
        """Keep the subject that was read and its problems."""
        self.subject = printable(subject)
        self.problems = tuple(problems)
        super().__init__(self.subject, self.problems)

    def __str__(self) -> str:
        """Show the subject and a line for each problem; of very many the first, and how many more there are."""
        if len(self.problems) == 1:
            # A place in what was read begins with its name, which is said already.
            said = str(self.problems[0]).removeprefix(f"{self.subject}: ").removeprefix(f"{self.subject} ")
            return f"{self.subject}: {said}"
        lines = [f"  {problem}" for problem in self.problems[:MOST_LINES]]
        if more := len(self.problems) - len(lines):
            lines.append(f"  and {more:,} more")
        return "\n".join([f"{self.subject}: {len(self.problems):,} problems", *lines])

    def as_dict(self) -> dict[str, Any]:
        """Return the error with the first thousand problems, and how many more there are."""
        rows = [{"where": p.where, "what": p.what, "remedy": p.remedy} for p in self.problems[:MOST]]
        more = {"more_problems": len(self.problems) - MOST} if len(self.problems) > MOST else {}
        return {**super().as_dict(), "problems": rows, **more}


class DeclarationError(ProblemsError):
    """The declared machines do not hold together; mend the TOML at the places named."""

    code = "declaration_invalid"


class InputError(ProblemsError):
    """A file or value from outside cannot be read; nothing was written."""

    code = "input_invalid"


class MissingError(InputError):
    """What is named is not here, or is somebody else's: both are answered alike."""

    code = "not_here"
    outcome = "not_here"


class StoreError(ImsFsmError):
    """The database cannot be opened or used as it is; the message says what to do."""

    code = "store_unusable"
    outcome = "unusable"


class UnsettledError(StoreError):
    """The database failed while it committed a call, which may have been kept or not.

    Repeat the call under its key: it is done, or answers what it did. Without a key look first.
    """

    code = "unsettled"


class ConflictError(ImsFsmError):
    """Another writer was first: what was read is no longer so, and nothing of this call was kept.

    `what` names the rows. The whole use case may be tried again; it reads anew.
    """

    code = "stale_version"
    outcome = "conflict"

    def __init__(self, what: str) -> None:
        """Keep what the other writer changed."""
        self.what = what
        super().__init__(what)

    def __str__(self) -> str:
        """Show what was changed and the remedy."""
        return f"another writer was first to change {self.what}; read again and retry"


_OF_FILES: Mapping[type[Exception], tuple[str, str]] = {
    FileNotFoundError: ("does not exist", "correct the path"),
    IsADirectoryError: ("is a folder", "name a file in it"),
    NotADirectoryError: ("is not a folder", "name another"),
    FileExistsError: ("is not a folder", "name another"),
    PermissionError: ("cannot be opened", "correct its permissions"),
}


class TooLargeError(OSError):
    """A file has more than is read of it; `strerror` says how much that is."""


class FileError(InputError):
    """A file cannot be opened: it is not there, is a folder, or is not to be read."""

    code = "file_unusable"

    def __init__(self, error: OSError | ValueError, name: object = None) -> None:
        """Say what is wrong with a file, and what mends it, from what opening it raised."""
        place = printable(getattr(error, "filename", None) or name or "the file")
        if isinstance(error, TooLargeError):
            other = (str(error.strerror), "name a smaller file")
        elif isinstance(error, OSError):
            other = (f"cannot be used ({error.strerror or error})", "correct the path or free the disk")
        else:
            other = ("is not the path of a file", "correct the path")
        what, remedy = _OF_FILES.get(type(error), other)
        problem = Problem(place, what, remedy)
        super().__init__(place, [problem])

    def __str__(self) -> str:
        """Show the file, what is wrong and the remedy."""
        problem = self.problems[0]
        return f"{self.subject} {problem.what}; {problem.remedy}"
