"""Leaves: what one says of a record or a return since the leaf before, as text; hashed as it stands, and read back.

Imports the errors and the values of the log. A leaf names the leaf before of the same subject by its hash, so the
newest one proves them all; the leaf that ends a seal names the root over the newest of all subjects, so that none can
be left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ims_fsm.proof.tree import leaf_hash
from ims_fsm.record.moments import Moments

RECORD, RETURN, ATTEMPT, SEAL = "record", "return", "attempt", "seal"


def hash_of(text: str) -> bytes:
    """Return the hash of a leaf's text (32 bytes)."""
    # A lone surrogate, which a file of JSON may hold, has a hash that no leaf has.
    return leaf_hash(text.encode(errors="surrogatepass"))


def leaf(subject: Mapping[str, Any], before: bytes | None, **rows: Iterable[str]) -> str:
    """Return the text of a leaf: whose it is, the leaf before, and the rows that came since, each as `written`."""
    head = written({**subject, "before": None if before is None else before.hex()})
    named = "".join(f',"{name}":[{",".join(texts)}]' for name, texts in rows.items())
    return f"{head[:-1]}{named}}}"


def written(row: Mapping[str, Any], shared: str = "{}") -> str:
    """Return a row as a leaf has it (moments aware), before the members that another one was written with.

    What a million steps of one call share is written once.
    """
    return f"{_encode(row)[:-1]},{shared[1:]}" if shared != "{}" else _encode(row)


def closing(subject: Mapping[str, Any], actor: str, moments: Moments, newest: str, count: int) -> str:
    """Return the text of the leaf that ends a seal: who sealed, when, and the tree of the newest leaf of each subject.

    `newest` is the root of that tree (hex), in which leaves stand as they stand in the log; `count` is how many it has.
    """
    at, recorded_at = moments
    said = {"actor": actor, "at": at, "recorded_at": recorded_at, "newest": newest, "subjects": count}
    return _encode({**subject, **said})


def _in_utc(moment: object) -> str:
    if not isinstance(moment, datetime):
        raise TypeError(f"{type(moment).__name__} has no place in a leaf")
    return moment.astimezone(UTC).isoformat()


_encode = json.JSONEncoder(separators=(",", ":"), default=_in_utc).encode
