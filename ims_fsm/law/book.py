"""The law book: the declared machines, the calendar and the routes together, as one value to work from.

Imports the compiled law; a file laid over the calendar is read where one is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Self

from ims_fsm.errors import DeclarationError, FileError, Problem
from ims_fsm.files.reading import text_of
from ims_fsm.law.calendar import Calendar
from ims_fsm.law.compiled import BookDeclaration, compiled
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
    #: The TOML that keeps triggers to roles, if any does.
    roles: str | None = None

    @classmethod
    def of(cls, declared: BookDeclaration) -> Self:
        """Return the book that is declared."""
        return cls(Law.of(declared.law), Calendar(declared.calendar), Routing.of(declared.routing))

    def beside(self, machines: Iterable[str | Path | Law]) -> LawBook:
        """Return this book with the laws of a host beside its own: files, or folders, in the grammar of machines/.

        Raises `DeclarationError` with all that is wrong with one, and for a machine or rule that is there already.
        """
        law = self.law
        for source in machines:
            # What reads declarations takes longer to load than the law.
            read = source if isinstance(source, Law) else import_module("ims_fsm.law.loading").load_own(source)
            law = law.beside(read, str(getattr(source, "name", "machines")))
        return replace(self, law=law)

    def permitting(self, roles: str) -> LawBook:
        """Return this book with its triggers kept to the roles that a text of TOML names; raises `DeclarationError`."""
        return replace(self, law=import_module("ims_fsm.law.roles_reading").with_roles(self.law, roles), roles=roles)


def book_with(calendar: str | Path | None, roles: str | Path | None = None) -> LawBook:
    """Return the law book that ships, with files of TOML laid over its calendar and its triggers; None: as it ships.

    Raises `DeclarationError`, and `FileError` for a file that cannot be read.
    """
    laid = {"calendar": calendar, "roles": roles}
    return shipped_book(*(None if path is None else overlay_of(path, what) for what, path in laid.items()))


def overlay_of(path: str | Path, what: str = "calendar") -> str:
    """Return the text of a file that is laid over the calendar or the triggers.

    Raises `DeclarationError` or `FileError`.
    """
    try:
        return text_of(Path(path))
    except UnicodeDecodeError as error:
        problem = Problem(str(path), "is not text in UTF-8", "name a TOML file")
        raise DeclarationError(what, [problem]) from error
    except (OSError, ValueError) as error:
        raise FileError(error, path) from error


def shipped_law() -> Law:
    """Return the law that the package ships."""
    return shipped_book().law


def shipped_book(calendar_overlay: str | None = None, roles: str | None = None) -> LawBook:
    """Return the law book that the package ships; `calendar_overlay` is TOML laid over its calendar.

    An overlay serves where a notification extends a due date; `roles` is TOML that keeps triggers to a house's roles.
    Raises `DeclarationError`.
    """
    return _shipped(calendar_overlay) if roles is None else _permitting(_shipped(calendar_overlay), roles)


@cache
def _permitting(book: LawBook, roles: str) -> LawBook:
    return book.permitting(roles)


@cache
def _shipped(calendar_overlay: str | None) -> LawBook:
    if calendar_overlay is None:
        return LawBook.of(compiled())
    # What reads a calendar takes longer to load than the law.
    reading = import_module("ims_fsm.law.calendar_reading")
    text = (machines_folder() / "calendar.toml").read_text("utf-8")
    book = _shipped(None)
    return LawBook(book.law, reading.read_calendar(text, calendar_overlay), book.routing, calendar_overlay)
