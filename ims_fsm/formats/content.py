"""What a file holds, whole: no more of it is read than it may have.

Knows bytes only. A device or a pipe at a path may never give them, so it is not read.
"""

from __future__ import annotations

import stat
from pathlib import Path

from ims_fsm.errors import FileError, InputError, Problem, TooLargeError
from ims_fsm.files.reading import bounded
from ims_fsm.formats.gstn.download import Source, opened


def content_of(source: Source, where: str, limit: int) -> bytes:
    """Return what a file holds: the one at a path, bytes, or an open file from where it stands.

    Raises `InputError` for more bytes than the limit and for a path of a device or a pipe, and as `opened` does.
    """
    if isinstance(source, Path):
        _look_at(source, where)
    with opened(source, limit + 1) as file:
        try:
            return bounded(file, limit, where)
        except TooLargeError as error:
            raise InputError(where, [Problem("the file", str(error.strerror), "give it in parts")]) from None


def _look_at(path: Path, where: str) -> None:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise FileError(error, path) from None
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        what = "is a device or a pipe, which may never end"
        raise InputError(where, [Problem("the file", what, "save what it gives to a file")])
