"""What was ever done to a record or a case: the contents it has had and its transitions, one value each.

Imports the terms; runs no statement.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ims_fsm.record.moments import is_apart
from ims_fsm.terms.money import HEADS, Heads


@dataclass(frozen=True, slots=True)
class Content:
    """One content of a record: its number from 1, the fields in rupees, who brought it and when (UTC).

    `recorded_at` is what the machine's own clock said when it was written, `backdate` why it is dated back, if it is.
    """

    number: int
    fields: dict[str, Any]
    content_hash: str
    actor: str
    at: datetime
    recorded_at: datetime
    backdate: str | None = None

    @property
    def is_apart(self) -> bool:
        """Whether it was written at another time than the one that it is dated at."""
        return is_apart(self.at, self.recorded_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionEntry:
    """A trigger that fired: from where to where, who fired it, when (aware, UTC), under which rules.

    `seq` counts from 1 for each record without gaps; `record_version` is the version that the guards read,
    `content_number` the content and `declaration_id` the declaration that they read it under. `recorded_at` is what the
    machine's own clock said when it was written, `backdate` why it is dated back, where whoever did it said so.
    """

    recipient_gstin: str
    record_id: int
    seq: int
    trigger: str
    source: str
    dest: str
    actor: str
    at: datetime
    recorded_at: datetime
    rules: tuple[str, ...]
    record_version: int
    content_number: int
    declaration_id: int
    detail: str | None = None
    request_key: str | None = None
    backdate: str | None = None
    #: The machine of the case that it moved; None where it moved a record.
    machine: str | None = None

    @property
    def is_apart(self) -> bool:
        """Whether it was written at another time than the one that it is dated at."""
        return is_apart(self.at, self.recorded_at)


def detail_in_words(detail: str | None) -> str:
    """Return what the log says beside a transition, for people; the log itself keeps paise per head.

    >>> detail_in_words('{"disposition": "rejected", "itc": {}, "added_back": {"igst": 1800000}}')
    'disposition rejected; itc 0.00; added back 18,000.00 IGST'
    >>> detail_in_words('{"decided": {"accepted": 2, "rejected": 1}}')
    'decided accepted 2, rejected 1'
    """
    values: dict[str, Any] = json.loads(detail or "{}") or {}
    return "; ".join(f"{name.replace('_', ' ')} {_in_words(value)}" for name, value in values.items())


def _in_words(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    if set(value) <= set(HEADS):
        return str(Heads(**value))
    return ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in value.items())
