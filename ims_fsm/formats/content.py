"""What a file holds, whole: how large it is, is asked before it is read.

Knows bytes only. A device or a pipe at a path has no size and may never end, so it is not read.
"""

from __future__ import annotations

import stat
from pathlib import Path

from ims_fsm.errors import FileError, InputError, Problem
from ims_fsm.formats.gstn.download import Source, opened


def content_of(source: Source, where: str, limit: int) -> bytes:
    """Return what a file holds: the one at a path, bytes, or an open file from where it stands.

    Raises `InputError` for more bytes than the limit and for a path of a device or a pipe, and as `opened` does.
    """
    if isinstance(source, Path):
        _look_at(source, where, limit)
    with opened(source, limit + 1) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise _too_large(where, limit)
    return data


def _look_at(path: Path, where: str, limit: int) -> None:
    try:
        looks = path.stat()
    except (OSError, ValueError) as error:
        raise FileError(error, path) from None
    if stat.S_ISDIR(looks.st_mode):
        return
    if not stat.S_ISREG(looks.st_mode):
        what = "is a device or a pipe, which may never end"
        raise InputError(where, [Problem("the file", what, "save what it gives to a file")])
    if looks.st_size > limit:
        raise _too_large(where, limit)


def _too_large(where: str, limit: int) -> InputError:
    return InputError(where, [Problem("the file", f"is larger than {limit:,} bytes", "give it in parts")])
