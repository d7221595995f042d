"""The law compiled: all that is declared, kept as JSON under the SHA-256 of every file that it was made from.

A start reads and hashes those files, so what is kept under another hash is never read. The wheel ships the law
compiled; a checkout keeps it in the same folder. Loads what reads declarations (pydantic) only where nothing is kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from importlib import import_module
from pathlib import Path
from threading import get_ident
from typing import Any

from ims_fsm.law.calendar_declaration import CalendarDeclaration
from ims_fsm.law.declaration import Declared, LawDeclaration
from ims_fsm.law.routing import RoutingDeclaration
from ims_fsm.resources import code_folder, compiled_folder, machines_folder
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind, ReminderKind, Route, Section, TaxpayerKind

# What is text with a type of its own.
_WORDS = (TaxPeriod, Filing, Form, Kind, ReminderKind, Route, Section, TaxpayerKind)
# The rooms whose code makes a law of the files.
_ROOMS = ("law", "terms")


class BookDeclaration(Declared):
    """Everything that machines/ declares for the work: the law, the calendar, the routes."""

    law: LawDeclaration
    calendar: CalendarDeclaration
    routing: RoutingDeclaration


def compiled() -> BookDeclaration:
    """Return what the shipped files declare as they are now: as it is kept, else read anew, verified and kept.

    Raises `DeclarationError` where it must be read and cannot be.
    """
    files = _files()
    kept = compiled_folder() / f"law-{_hash_of(files)}.json"
    # Whatever is wrong with what is kept, the files say it better.
    with suppress(OSError, ValueError, LookupError, TypeError):
        return loads(kept.read_text("utf-8"))
    text = dumps(_read(files))
    _keep(kept, text)
    return loads(text)


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the compiled law is what its files say, read anew: the hash that it is kept under, and how many files."""

    sha256: str
    files: int
    equal: bool


def proved() -> Proof:
    """Read the shipped files anew, whatever is kept, and compare each value and its type; raises `DeclarationError`."""
    files = _files()
    return Proof(_hash_of(files), len(files), equal=dumps(compiled()) == dumps(_read(files)))


def dumps(declared: BookDeclaration) -> str:
    """Return a declaration as JSON, each value with its type; two that are written alike are the same."""
    return json.dumps(_written(declared), ensure_ascii=False, separators=(",", ":"))


def loads(text: str) -> BookDeclaration:
    """Return the declaration that `dumps` wrote; makes nothing but declared values."""
    made = json.loads(text, object_hook=_Made())
    if not isinstance(made, BookDeclaration):
        raise TypeError("no law is written there")
    return made


def _files() -> Mapping[str, bytes]:
    """Return the content of the declarations and of the code that makes a law of them, by room and name."""
    folders = {"machines": (machines_folder(), ".toml"), **{room: (code_folder() / room, ".py") for room in _ROOMS}}
    return {
        f"{room}/{file.name}": file.read_bytes()
        for room, (folder, ending) in folders.items()
        for file in sorted(folder.iterdir())
        if file.suffix == ending
    }


def _hash_of(files: Mapping[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name, content in files.items():
        whole.update(b"%s\0%d\0%s" % (name.encode(), len(content), content))
    return whole.hexdigest()


def _read(files: Mapping[str, bytes]) -> BookDeclaration:
    loading = import_module("ims_fsm.law.loading")
    toml = {Path(name).name: content for name, content in files.items() if name.endswith(".toml")}
    declared: BookDeclaration = loading.read_book(loading.decoded(toml, machines_folder()))
    return declared


def _keep(path: Path, text: str) -> None:
    """Keep the law for the next start, and no other; where that cannot be done the next start reads anew."""
    written = path.with_suffix(f".{os.getpid()}.{get_ident()}")
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        written.write_text(text, "utf-8")
        # Whole or not at all, whoever else keeps the same at this moment.
        written.replace(path)
        for other in path.parent.glob("law-*"):
            if other != path:
                other.unlink()


def _written(value: object) -> object:
    if isinstance(value, Declared):
        return {f"!{type(value).__name__}": {part.name: _written(getattr(value, part.name)) for part in fields(value)}}
    if isinstance(value, tuple):
        return [_written(part) for part in value]
    if isinstance(value, dict):
        pairs = [(_written(key), _written(part)) for key, part in value.items()]
        return dict(pairs) if all(isinstance(key, str) for key, _ in pairs) else {"!dict": pairs}
    if isinstance(value, frozenset):
        return {"!frozenset": [_written(part) for part in sorted(value)]}
    if isinstance(value, _WORDS) or type(value) is dt.date:
        return {f"!{type(value).__name__}": str(value)}
    if value is None or type(value) in {str, int, bool}:
        return value
    raise TypeError(f"{value!r} is none of the types that a compiled law is made of")


class _Made:
    """Makes, of each object in the JSON, the value of which it is the written form."""

    def __init__(self) -> None:
        self._makers: dict[str, Callable[[Any], object]] = {
            "!dict": dict,
            "!frozenset": frozenset,
            "!date": dt.date.fromisoformat,
            **{f"!{kind.__name__}": kind for kind in _WORDS},
            **{f"!{kind.__name__}": _of(kind) for kind in _kinds(Declared)},
        }

    def __call__(self, read: dict[str, Any]) -> object:
        if len(read) == 1:
            [(name, inner)] = read.items()
            if name in self._makers:
                return self._makers[name](inner)
        return {name: tuple(part) if isinstance(part, list) else part for name, part in read.items()}


def _of(kind: type[Declared]) -> Callable[[dict[str, Any]], Declared]:
    return lambda parts: kind(**parts)


def _kinds(kind: type[Declared]) -> Iterator[type[Declared]]:
    for below in kind.__subclasses__():
        yield below
        yield from _kinds(below)
