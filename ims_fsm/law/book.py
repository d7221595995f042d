"""The law book: the declared machines, the calendar and the routes together, as one value to work from.

Imports the loading of each; the folder of declarations is the only thing it reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ims_fsm.law.calendar import Calendar
from ims_fsm.law.calendar_reading import read_calendar
from ims_fsm.law.loading import shipped_law
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


@cache
def shipped_book(calendar_overlay: str | None = None) -> LawBook:
    """Return the law book that the package ships; `calendar_overlay` is TOML laid over its calendar.

    An overlay serves where a notification extends a due date. Raises `DeclarationError`.
    """
    folder = machines_folder()
    calendar = read_calendar((folder / "calendar.toml").read_text("utf-8"), calendar_overlay)
    routing = Routing.load((folder / "routes.toml").read_text("utf-8"))
    return LawBook(shipped_law(), calendar, routing)
