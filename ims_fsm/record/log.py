"""What was ever done to a record: the contents it has had and its transitions, one value each.

Imports the terms; runs no statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Content:
    """One content of a record: its number from 1, the fields in rupees, who brought it and when (UTC)."""

    number: int
    fields: dict[str, Any]
    content_hash: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionEntry:
    """A trigger that fired: from where to where, by whom, when (aware, UTC), under which rules.

    `seq` counts from 1 for each record without gaps; `record_version` is the version that the guards read,
    `content_number` the content and `declaration_id` the declaration that they read it under.
    """

    recipient_gstin: str
    record_id: int
    seq: int
    trigger: str
    source: str
    dest: str
    actor: str
    at: datetime
    rules: tuple[str, ...]
    record_version: int
    content_number: int
    declaration_id: int
    detail: str | None = None
    request_key: str | None = None
