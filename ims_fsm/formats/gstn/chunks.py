"""Cuts an upload into parts that the portal's limit on a request allows.

Knows requests and bytes, no record's meaning; imports the writer's types only.
"""

from __future__ import annotations

from collections.abc import Iterator

from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.writing import Request, Upload

LIMIT = 4_000_000


def chunks(upload: Upload, limit: int = LIMIT) -> Iterator[Upload]:
    """Give the upload in parts of which each request, written by `dumps`, stays within `limit` bytes.

    The portal commits record by record, so the parts may be sent one after the other. Raises `ValueError` for a
    limit that not even one record fits in.
    """
    if upload.save:
        yield from (Upload(save=part) for part in _parts(upload.save, limit))
    if upload.reset:
        yield from (Upload(reset=part) for part in _parts(upload.reset, limit))


def _parts(request: Request, limit: int) -> Iterator[Request]:
    data = request["data"]
    room = limit - len(dumps({**request, "data": {**data, "invdata": {key: [] for key in data["invdata"]}}}))
    part: dict[str, list[Request]] = {}
    used = 0
    for key, rows in data["invdata"].items():
        for row in rows:
            size = len(dumps(row)) + 1
            if size > room:
                raise ValueError(f"one record needs {size} bytes and {limit} leave {room} for it; raise the limit")
            if used + size > room:
                yield {**request, "data": {**data, "invdata": part}}
                part, used = {}, 0
            part.setdefault(key, []).append(row)
            used += size
    yield {**request, "data": {**data, "invdata": part}}
