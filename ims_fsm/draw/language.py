"""The language of a picture: a catalogue of words, each below the English that is declared or drawn.

The catalogues are data beside the machines: `machines/words/LANGUAGE.toml`. Imports the errors and the resources.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from ims_fsm.errors import InputError, Problem
from ims_fsm.resources import machines_folder

FOLDER = "words"


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its code (hi), with the fonts that write it, the first one asked for first, and its words."""

    code: str
    fonts: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict, repr=False)

    def said(self, english: str, **fields: str) -> str:
        """Return English words in this language, with its fields filled in; what the catalogue lacks stays English.

        >>> Language("hi", words={"{a} to {b}": "{b} ← {a}"}).said("{a} to {b}", a="1", b="2"), ENGLISH.said("Open")
        ('2 ← 1', 'Open')
        """
        words = self.words.get(english, english)
        return words.format_map(fields) if fields else words


ENGLISH = Language("en")


def languages() -> tuple[str, ...]:
    """Return the codes of the languages that pictures are drawn in, English first."""
    return (ENGLISH.code, *sorted(file.stem for file in (machines_folder() / FOLDER).glob("*.toml")))


@cache
def language_named(code: str) -> Language:
    """Return a language by its code; raises `InputError`, with those there are, for another."""
    if code == ENGLISH.code:
        return ENGLISH
    if code not in (listed := languages()):
        remedy = f"use one of {', '.join(listed)}"
        raise InputError("drawing", [Problem(code, "is not a language that pictures have words in", remedy)])
    read = tomllib.loads((machines_folder() / FOLDER / f"{code}.toml").read_text("utf-8"))
    return Language(code, tuple(read["fonts"]), read["words"])
