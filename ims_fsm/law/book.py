"""The law book: the declared machines, the calendar and the routes together, as one value to work from.

Imports the loading of each; reads the folder of declarations, and a file laid over the calendar where one is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.calendar import Calendar
from ims_fsm.law.calendar_reading import read_calendar
from ims_fsm.law.loading import load_law, shipped_law
from ims_fsm.law.register import Law
from ims_fsm.law.routing import Routing
from ims_fsm.resources import machines_folder


@dataclass(frozen=True, eq=False)
class LawBook:
    """Everything that is declared: machines and rules, dates and windows, carriers and routes.

    Two books are equal when they are the same one, so that what is worked out from a book can be kept by it.
    """

    law: Law
    calendar: Calendar
    routing: Routing
    #: The TOML that is laid over the shipped calendar, if any is.
    overlay: str | None = None


def book_with(calendar: str | Path | None) -> LawBook:
    """Return the law book that ships, with the TOML of a file laid over its calendar; None: as it ships.

    Raises `DeclarationError`, also for a file that cannot be read.
    """
    return shipped_book(None if calendar is None else overlay_of(calendar))


def overlay_of(calendar: str | Path) -> str:
    """Return the text of a file that is laid over the calendar; raises `DeclarationError`."""
    try:
        return Path(calendar).read_text("utf-8")
    except (OSError, UnicodeDecodeError, ValueError) as error:
        problem = Problem(str(calendar), f"cannot be read ({type(error).__name__})", "name a TOML file in UTF-8")
        raise DeclarationError("calendar", [problem]) from error


def shipped_book(calendar_overlay: str | None = None) -> LawBook:
    """Return the law book that the package ships; `calendar_overlay` is TOML laid over its calendar.

    An overlay serves where a notification extends a due date. Raises `DeclarationError`.
    """
    return _shipped(calendar_overlay)


@cache
def _shipped(calendar_overlay: str | None) -> LawBook:
    return _bound(machines_folder(), shipped_law(), calendar_overlay)


def book_of(folder: Path) -> LawBook:
    """Return the law book of a folder that has all that the shipped one has, a changed copy of it for example.

    Raises `DeclarationError`, also for a folder without a calendar or routes.
    """
    try:
        return _bound(folder, load_law(folder), None)
    except OSError as error:
        file = Path(error.filename or folder).name
        problem = Problem(
            f"{folder} {file}", f"cannot be read ({type(error).__name__})", "name a changed copy of machines/"
        )
        raise DeclarationError("law book", [problem]) from error


def _bound(folder: Traversable, law: Law, calendar_overlay: str | None) -> LawBook:
    calendar = read_calendar((folder / "calendar.toml").read_text("utf-8"), calendar_overlay)
    return LawBook(law, calendar, Routing.load((folder / "routes.toml").read_text("utf-8")), calendar_overlay)
