"""The files of a GSTR-2B joined: a summary and numbered files, or one that is all; whole, or said not to be.

Reads no row itself and compares nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import chain

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.two_b.reading import GIVE, Opened, opened_two_b, read_opened
from ims_fsm.formats.gstn.two_b.statement import PortalTwoB

_ANEW = "download all its files again"


def read_two_b(data: bytes | str, where: str, recipient: str | None = None) -> PortalTwoB:
    """Return the lines of a GSTR-2B; `recipient` may be left out where the file names it.

    Amounts come back in paise without sign. Raises `InputError` with every problem of the file: not JSON, not
    a GSTR-2B, no period, a value that cannot be read, a recipient that is missing or another.
    """
    return read_two_bs([(data, where)], recipient)


def read_two_bs(files: Sequence[tuple[bytes | str, str]], recipient: str | None = None) -> PortalTwoB:
    """Return a GSTR-2B that comes in several files as one statement; each is its content and what names it in errors.

    A large statement comes as a summary, which says how many files there are, and these files; `partial` says which
    are lacking. What one file does not say of recipient, period and day, another says.
    Raises `InputError` as `read_two_b` does, and for no files, files of different recipients, periods or generations,
    and for another file of the same number.
    """
    if not files:
        raise InputError("GSTR-2B", [Problem("files", "none is given", GIVE)])
    distinct, again = _distinct(files)
    opened = [opened_two_b(data, where) for data, where in distinct]
    named = next((file.named for file in opened if file.named), None)
    period = next((file.period for file in opened if file.period), None)
    statements = [
        read_opened(file._replace(named=file.named or named, period=file.period or period), recipient)
        for file in opened
    ]
    _refuse_others(statements, opened)
    _refuse_other_content(opened)
    whole = statements[0]
    return replace(
        whole,
        generated_on=next((part.generated_on for part in statements if part.generated_on), None),
        lines=tuple(chain.from_iterable(part.lines for part in statements)),
        partial=_partial(opened, sum(len(part.lines) for part in statements)),
        warnings=(*dict.fromkeys(chain.from_iterable(part.warnings for part in statements)), *again, *_more(opened)),
    )


def _distinct(files: Sequence[tuple[bytes | str, str]]) -> tuple[list[tuple[bytes | str, str]], list[Problem]]:
    """Return the files without those that are given again, and a warning of each of these."""
    first: dict[bytes, str] = {}
    distinct, again = [], []
    for data, where in files:
        digest = sha256(data.encode() if isinstance(data, str) else data).digest()
        if digest in first:
            again.append(Problem(where, f"it is the same as {first[digest]}", "it was read once"))
        else:
            first[digest] = where
            distinct.append((data, where))
    return distinct, again


def _refuse_others(statements: Sequence[PortalTwoB], files: Sequence[Opened]) -> None:
    first = statements[0]
    of = f"{first.period} of {first.recipient}"
    others = [
        Problem(file.where, f"is the GSTR-2B of {part.period} of {part.recipient}", f"give the files of {of}")
        for part, file in zip(statements, files, strict=True)
        if (part.recipient, part.period) != (first.recipient, first.period)
    ]
    days = {part.generated_on: file.where for part, file in zip(statements, files, strict=True) if part.generated_on}
    if len(days) > 1 and not others:
        (one_day, _), (another_day, where), *_ = days.items()
        what = f"was generated on {another_day}, and another of the files on {one_day}"
        others = [Problem(where, what, f"it was recomputed in between: {_ANEW}")]
    if others:
        raise InputError("GSTR-2B", others)


def _refuse_other_content(files: Sequence[Opened]) -> None:
    first: dict[int, str] = {}
    for file in files:
        number = file.part.number
        if number is None or not file.has_documents:
            continue
        if number in first:
            what = f"is file {number}, and so is {first[number]}, which holds something else"
            raise InputError("GSTR-2B", [Problem(file.where, what, _ANEW)])
        first[number] = file.where


def _more(files: Sequence[Opened]) -> list[Problem]:
    listing = sum(file.has_documents for file in files)
    stated = max((file.part.of or 0 for file in files), default=0)
    what = f"{listing} list documents, and the statement comes in {stated}"
    return [Problem("files", what, "check that all of them are of one generation")] if listing > stated > 0 else []


def _partial(files: Sequence[Opened], lines: int) -> str:
    """Say why files of so many lines are not the whole statement; "" where they are.

    Where the files do not say how many they are, a summary that comes apart tells how many documents there are.
    """
    listing = [file for file in files if file.has_documents]
    stated = max((file.part.of or 0 for file in files), default=0)
    numbers = {file.part.number for file in listing if file.part.number}
    # Files that do not say which they are, are told by how many were given.
    given = numbers if len(numbers) == len(listing) else set(range(1, len(listing) + 1))
    lacking = sorted(set(range(1, max(given | {stated}, default=0) + 1)) - given)
    if lacking:
        noun = "file" if len(lacking) == 1 else "files"
        return f"lacks {noun} {', '.join(map(str, lacking))}{f' of {stated}' if stated else ''}"
    if not listing:
        return "is a summary alone, and lists no document"
    if numbers and not stated and len(files) == 1:
        return "is one of several files"
    counted = sum(_counted(file) for file in files if not file.has_documents)
    return f"lists {lines:,} documents, and its summary counts {counted:,}" if counted > lines and not stated else ""


def _counted(summary: Opened) -> int:
    """Return how many documents a summary counts, by supplier; 0 where it does not."""
    blocks = [summary.statement.get(key) for key in ("cpsumm", "cpSummRej")]
    tables = [rows for block in blocks if isinstance(block, dict) for rows in block.values() if isinstance(rows, list)]
    counts = [str(row.get("ttldocs", "")) for rows in tables for row in rows if isinstance(row, dict)]
    return sum(int(count) for count in counts if count.isascii() and count.isdecimal())
