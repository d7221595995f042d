"""What the portal's codes mean and what to do about each, as `codes.toml` declares it.

Imports nothing of the package; a code without an entry is known by its words, or as one that says no more.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

_CODE = re.compile(r"([A-Z0-9]*[A-Z])0*([0-9]+)")


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """What a code means, what to do, and when the record can be uploaded again: after a download, mended, or later."""

    means: str
    remedy: str
    again: Literal["download", "mended", "later"]


def meaning_of(code: str, message: str) -> CodeMeaning:
    """Return what a code and its message mean; the code decides, however many zeros it is written with.

    >>> meaning_of("imssav10", "").again, meaning_of("", "Schema validation failure").again
    ('download', 'mended')
    """
    by_code, by_words, other = _declared()
    return by_code.get(_plain(code)) or by_words.get(_words(message)) or other


@cache
def _declared() -> tuple[dict[str, CodeMeaning], dict[str, CodeMeaning], CodeMeaning]:
    declared = tomllib.loads(Path(__file__).with_name("codes.toml").read_text("utf-8"))
    meanings = [(entry, _meaning(entry)) for entry in declared["code"]]
    by_code = {_plain(entry["code"]): meaning for entry, meaning in meanings}
    return by_code, {_words(entry["message"]): meaning for entry, meaning in meanings}, _meaning(declared["other"])


def _meaning(entry: dict[str, str]) -> CodeMeaning:
    return CodeMeaning(entry["means"], entry["remedy"], entry["again"])  # type: ignore[arg-type]  # a test holds the file to the three words


def _plain(code: str) -> str:
    match = _CODE.fullmatch(code.strip().upper())
    return f"{match[1]}{match[2]}" if match else code.strip().upper()


def _words(message: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", message.lower()))
