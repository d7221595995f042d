"""A proof: a record's whole history with the law it was decided under and its paths to a checkpoint, as one file.

Imports the errors, the checkpoint and the tree. What is read here is of the right form; `checking` says what it proves.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any, Self

from ims_fsm.errors import FileError, InputError, Problem
from ims_fsm.proof.checkpoint import Checkpoint
from ims_fsm.proof.tree import SIZE

FORMAT = "ims-fsm proof 1"
LARGEST = 1_000_000
_REMEDY = "give the file as `audit prove` wrote it"
_Path = tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """All leaves of a record, oldest first, and why they are all that the log of a checkpoint has of it.

    The paths are inclusion proofs (RFC 6962): of the record's newest leaf at `position` in the log, of the same leaf
    at `rank` among the newest leaves of all subjects, of `closing`, the log's last leaf. `earlier_path` proves that the
    log of `earlier`, a checkpoint that somebody keeps, became this one.
    """

    recipient: str
    record: int
    leaves: tuple[str, ...]
    #: The texts of the record's contents, and of the declarations of its machine, that the leaves name by their hashes.
    contents: tuple[str, ...]
    laws: tuple[str, ...]
    position: int
    path: _Path
    rank: int
    newest_path: _Path
    closing: str
    closing_path: _Path
    checkpoint: Checkpoint
    earlier: Checkpoint | None = None
    earlier_path: _Path = ()

    @property
    def text(self) -> str:
        """The proof as a file has it: JSON, hashes in base64."""
        written = {name: _plain(getattr(self, name)) for name in _KINDS}
        return json.dumps({"format": FORMAT, **written}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def read(cls, text: str | bytes, where: str = "proof") -> Self:
        """Return the proof that a file holds; raises `InputError` naming `where` for anything else."""
        if len(text) > LARGEST:
            raise _wrong(where, f"is larger than {LARGEST:,} bytes, and is not a proof")
        try:
            read = json.loads(text)
        except (ValueError, RecursionError):
            raise _wrong(where, "is not JSON") from None
        if not isinstance(read, dict) or read.get("format") != FORMAT:
            raise _wrong(where, f"is not a proof ({FORMAT})")
        return cls(**{name: _value(read, name, kind, where) for name, kind in _KINDS.items()})


def proof_in(file: File) -> Proof:
    """Return the proof in a file; raises `FileError` and `InputError`."""
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise FileError(error, file) from error
    return Proof.read(content, str(file))


# What each member is in the file.
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("recipient", "closing"), "text"),
    **dict.fromkeys(("record", "position", "rank"), "number"),
    **dict.fromkeys(("leaves", "contents", "laws"), "texts"),
    **dict.fromkeys(("path", "newest_path", "closing_path", "earlier_path"), "path"),
    **dict.fromkeys(("checkpoint", "earlier"), "checkpoint"),
}


def _plain(value: Any) -> Any:
    if isinstance(value, Checkpoint):
        return value.text
    if isinstance(value, tuple):
        return [b64encode(part).decode() if isinstance(part, bytes) else part for part in value]
    return value


def _value(read: Mapping[str, Any], name: str, kind: str, where: str) -> Any:
    value = read.get(name)
    texts = value if isinstance(value, list) and all(type(part) is str for part in value) else None
    if kind == "text" and type(value) is str:
        return value
    if kind == "number" and type(value) is int and 0 <= value < 1 << 63:
        return value
    if kind == "checkpoint" and (type(value) is str or (value is None and name == "earlier")):
        return None if value is None else Checkpoint.read(value, f"{where}: {name}")
    if kind == "texts" and texts is not None:
        return tuple(texts)
    if kind == "path" and texts is not None:
        return _hashes(texts, name, where)
    raise _wrong(where, f"has no {kind} at {name}")


def _hashes(texts: Sequence[str], name: str, where: str) -> _Path:
    try:
        hashes = tuple(b64decode(text, validate=True) for text in texts)
    except ValueError:
        hashes = (b"",)
    if any(len(digest) != SIZE for digest in hashes):
        raise _wrong(where, f"has something that is not a hash at {name}")
    return hashes


def _wrong(where: str, what: str) -> InputError:
    return InputError(where, [Problem("file", what, _REMEDY)])
