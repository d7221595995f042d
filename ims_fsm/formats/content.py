"""What a file holds, whole: no more of it is read than it may have.

Knows bytes only.
"""

from __future__ import annotations

from ims_fsm.errors import InputError, Problem, TooLargeError
from ims_fsm.files.reading import bounded
from ims_fsm.formats.gstn.download import Source, opened


def content_of(source: Source, where: str, limit: int) -> bytes:
    """Return what a file holds: the one at a path, bytes, or an open file from where it stands.

    Raises `InputError` for more bytes than the limit, and as `opened` does.
    """
    with opened(source, limit + 1) as file:
        try:
            return bounded(file, limit, where)
        except TooLargeError as error:
            raise InputError(where, [Problem("the file", str(error.strerror), "give it in parts")]) from None
