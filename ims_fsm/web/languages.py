"""The languages of the dashboard: English as it is written in the templates, others from catalogues.

Imports Babel, and knows no screen. The law's own sentences are in no catalogue: they stay as they were made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.messages.pofile import read_po

FOLDER = Path(__file__).with_name("catalogues")
ENGLISH = "en"
#: Each language by its own name.
LANGUAGES: Mapping[str, str] = {ENGLISH: "English", "hi": "हिन्दी"}
COOKIE = "ims_language"


def N_(text: str) -> str:  # noqa: N802 -- as gettext marks a text that is translated where it is shown
    """Mark a text for the catalogues."""
    return text


class Catalogue(NullTranslations):
    """The texts of a language; one that it lacks is English."""

    def __init__(self, language: str) -> None:
        """Read the catalogue of a language; English has none."""
        super().__init__()
        self.texts: dict[str, str] = {}
        if language != ENGLISH:
            with (FOLDER / f"{language}.po").open("rb") as file:
                for message in read_po(file, Locale.parse(language), abort_invalid=True):
                    if isinstance(message.id, str) and isinstance(message.string, str) and message.string:
                        self.texts[message.id] = message.string

    def gettext(self, message: str) -> str:
        """Return a text in the language."""
        return self.texts.get(message, message)


@cache
def catalogue(language: str) -> Catalogue:
    """Return the texts of a language."""
    return Catalogue(language)


def chosen(cookie: str | None, accepted: str) -> str:
    """Return the language that a browser has chosen, or else the first of those it accepts that there is.

    >>> chosen(None, "hi-IN,en;q=0.5"), chosen("en", "hi"), chosen(None, "fr")
    ('hi', 'en', 'en')
    """
    if cookie in LANGUAGES:
        return str(cookie)
    wanted = [part.partition(";")[0].strip().replace("-", "_") for part in accepted.split(",")]
    return (negotiate_locale(wanted, list(LANGUAGES)) or ENGLISH)[:2]


def day(value: date | None, language: str) -> str:
    """Return a day as it is read in a language; "" for none.

    >>> day(date(2024, 11, 14), "en")
    '14 Nov 2024'
    """
    return "" if value is None else format_date(value, "d MMM y", locale=language)
