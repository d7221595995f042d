"""Checkpoints: the size and root of a recipient's log at one moment, in the text that transparency logs exchange.

The text is C2SP's tlog-checkpoint, a signed note: origin, size and root, an empty line, and a line for each signature.
Imports the errors.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote

from ims_fsm.errors import FileError, InputError, Problem
from ims_fsm.proof.tree import SIZE
from ims_fsm.terms.border import checked_path

ORIGIN = "ims-fsm/"
LONGEST = 10_000
_FORM = re.compile(
    r"ims-fsm/((?:[\w.~-]|%[0-9A-F]{2})*)\n([1-9][0-9]{0,17})\n([0-9A-Za-z+/]{43}=)\n"
    r"(?:\n((?:— [^ \n+]+ [^ \n]+\n)*))?",
    re.ASCII,
)
_REMEDY = "give the text of a checkpoint as `audit seal` printed it"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a recipient's log was at one moment: how many leaves it had and their root (32 bytes)."""

    recipient: str
    size: int
    root: bytes
    #: The lines of the signatures, each `— name base64`.
    signatures: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """The name of the log, which is also that of the key that signs it."""
        # A GSTIN stands as it is; another owner of cases may be called anything.
        return f"{ORIGIN}{quote(self.recipient, safe='')}"

    @property
    def body(self) -> str:
        """What a signature is over."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @property
    def text(self) -> str:
        """The checkpoint as it is kept and sent."""
        return "\n".join([self.body, *self.signatures]) + "\n" * bool(self.signatures)

    @classmethod
    def read(cls, text: str, where: str = "checkpoint") -> Self:
        """Return the checkpoint that a text holds; raises `InputError` naming `where` for another text."""
        # Copied from a mail or a terminal it may have other line ends, and empty lines around it.
        lines = text.replace("\r\n", "\n").strip("\n") + "\n"
        match = _FORM.fullmatch(lines) if len(text) <= LONGEST else None
        try:
            if match is not None:
                origin, size, root, signatures = match.groups()
                recipient = unquote(origin, errors="strict")
                return cls(recipient, int(size), b64decode(root), tuple((signatures or "").splitlines()))
        except (binascii.Error, ValueError):
            pass
        raise InputError(where, [Problem("text", "is not a checkpoint of a recipient's log", _REMEDY)])


def checkpoint_of(given: Checkpoint | str | Path | None) -> Checkpoint | None:
    """Return a checkpoint that is given, or that is in the file whose path is given; raises `InputError`."""
    return given if isinstance(given, Checkpoint | None) else checkpoint_in(given)


def checkpoint_in(place: str | Path) -> Checkpoint:
    """Return the checkpoint in a file; raises `InputError`."""
    path = checked_path("checkpoint", place)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return Checkpoint.read(file.read(LONGEST + 1), str(path))
    except UnicodeDecodeError:
        raise InputError(str(path), [Problem("text", "is not a checkpoint of a recipient's log", _REMEDY)]) from None
    except (OSError, ValueError) as error:
        raise FileError(error, path) from error


def root_of(digest: str) -> bytes:
    """Return the root that a digest of 64 hex digits writes; raises `InputError`."""
    if re.fullmatch(f"[0-9a-fA-F]{{{2 * SIZE}}}", digest) is None:
        raise InputError("digest", [Problem(repr(digest), "is not a digest", "write the 64 hex digits of a seal")])
    return bytes.fromhex(digest)
