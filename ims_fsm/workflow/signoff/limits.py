"""The sign-off of a house: its machine and its limits, from the folder that ships or from one of the house's own.

Reads those two files; a folder that ships is read once.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from ims_fsm.errors import DeclarationError, FileError, Problem
from ims_fsm.law.loading import load_own
from ims_fsm.law.register import Law
from ims_fsm.resources import machines_folder

#: The machine of sign-offs, which is driven at a recipient's desk alone: its facts are read there, and not given.
MACHINE = "signoff"
#: The role in which its actions are done, beside those of whoever approves: what is kept to it goes through a sign-off.
ROLE = "signoff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of sign-offs: up to how much tax (paise, over all heads) an approver decides, and in how long."""

    # What a call is asked with under a key does not hang on them.
    small: int = field(hash=False)
    time: timedelta = field(hash=False)


@cache
def shipped() -> tuple[Law, Limits]:
    """Return the sign-off that ships."""
    return read(machines_folder() / "signoff")


def read(folder: Path) -> tuple[Law, Limits]:
    """Return the machine and the limits in a folder; raises `DeclarationError` or `FileError`."""
    file = folder / "limits.toml"
    try:
        declared = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise FileError(error, file) from error
    except ValueError as error:
        raise DeclarationError("limits.toml", [Problem(file.name, str(error), "correct it")]) from error
    return load_own(folder / "signoff.toml"), _limits(declared)


def _limits(declared: dict[str, object]) -> Limits:
    problems = []
    small, days = declared.get("small"), declared.get("days")
    try:
        paise = int(Decimal(str(small)) * 100)
    except InvalidOperation:
        paise = -1
    if paise < 0:
        problems.append(Problem("limits.toml small", f"is {small!r}", 'write rupees in quotes, like "500000"'))
    if type(days) is not int or days < 1:
        problems.append(Problem("limits.toml days", f"is {days!r}", "write a whole number of days from 1"))
    if problems or type(days) is not int:
        raise DeclarationError("limits.toml", problems)
    return Limits(small=paise, time=timedelta(days=days))
