"""The entries of a proof: the leaves of its record read back, as contents and steps without a gap, and in words.

Imports the proof. What a leaf says is taken for what it is only once its form is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ims_fsm.proof.leaf import RECORD, hash_of
from ims_fsm.proof.proof import Proof
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.period import in_india

Row = Mapping[str, Any]
_OF_A_CONTENT = ("hash", "actor", "at")
_OF_A_STEP = ("trigger", "source", "dest", "actor", "at", "machine", "declaration")


class BrokenError(Exception):
    """What a file says does not hold together; the message says what."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The contents and the steps that leaves tell of, each in order."""

    contents: tuple[Row, ...] = ()
    steps: tuple[Row, ...] = ()

    def in_words(self, contents: Sequence[str]) -> Iterator[str]:
        """Give the history, a line each, by time (IST), with the texts of the contents."""
        lines = [
            (row["at"], f"{row['actor']}: content {row['number']}, {_document(text)}")
            for row, text in zip(self.contents, contents, strict=False)
        ]
        for row in self.steps:
            moved = f"{row['source']} → {row['dest']}"
            lines.append((row["at"], f"{row['actor']}: {row['trigger']}, {moved} ({', '.join(row['rules'])})"))
        moments = sorted(((datetime.fromisoformat(at), line) for at, line in lines), key=lambda moment: moment[0])
        return (f"{in_india(at):%Y-%m-%d %H:%M} IST  {line}" for at, line in moments)


def entries_of(proof: Proof) -> Entries:
    """Return what the leaves of a proof tell of; raises `BrokenError` where they do not hold together."""
    contents: list[Row] = []
    steps: list[Row] = []
    before = None
    for number, text in enumerate(proof.leaves, start=1):
        entry = json_object(text, f"entry {number}")
        if (entry.get("recipient"), entry.get(RECORD)) != (proof.recipient, proof.record):
            raise BrokenError(f"entry {number} is not of record {proof.record} of {proof.recipient}")
        if entry.get("before") != before:
            raise BrokenError(f"entry {number} does not name the entry before it")
        contents += _rows(entry, "contents", _OF_A_CONTENT)
        steps += _rows(entry, "steps", _OF_A_STEP)
        before = hash_of(text).hex()
    if not contents:
        raise BrokenError("there is no content")
    _numbered("contents", [row.get("number") for row in contents])
    _numbered("steps", [row.get("seq") for row in steps])
    return Entries(tuple(contents), tuple(steps))


def json_object(text: str, what: str) -> dict[str, Any]:
    """Return the object that a text holds as JSON; raises `BrokenError`."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise BrokenError(f"{what} is not an object of JSON")
    return read


def _document(text: str) -> str:
    try:
        content = json_object(text, "a content")
    except BrokenError as broken:
        return str(broken)
    if "kind" not in content:
        return ", ".join(f"{name}={value}" for name, value in content.items()) or "no facts"
    tax = ", ".join(f"{content.get(head)} {head.upper()}" for head in HEADS if content.get(head) != "0.00")
    return f"{content.get('kind')} {content.get('number')} of {content.get('supplier')}, {content.get('date')}: {tax}"


def _rows(entry: Row, name: str, texts: Collection[str]) -> list[Row]:
    rows = entry.get(name)
    if not isinstance(rows, list):
        raise BrokenError(f"an entry has no {name}")
    for row in rows:
        if not isinstance(row, dict) or not all(type(row.get(text)) is str for text in texts):
            raise BrokenError(f"the {name} of an entry do not say {', '.join(texts)}")
        if name == "steps" and not _are_texts(row.get("rules")):
            raise BrokenError("a step has no rules")
        try:
            in_india(datetime.fromisoformat(row["at"]))
        except (ValueError, OverflowError):
            raise BrokenError(f"{row['at']!r} is not a moment") from None
    return rows


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(type(part) is str for part in value)


def _numbered(what: str, numbers: list[Any]) -> None:
    if numbers != list(range(1, len(numbers) + 1)):
        raise BrokenError(f"the {what} are not numbered from 1 without a gap")
