"""An event as a program outside is told of it: what happened to what, when, who did it, where it stands in the order.

Imports nothing of the law, the store or a framework.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventKind(StrEnum):
    """What an event tells of."""

    TRANSITION = "transition"
    CASE = "case"
    ADD_BACK = "add_back"
    TWO_B = "two_b"
    THREE_B = "three_b"
    REMINDER = "reminder"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A transition of a record or of a case, a move of a GSTR-2B, a GSTR-3B filing, an add-back, a reminder, a refusal.

    `recipient` is whose it is: a GSTIN, or another owner of cases; `machine` is that of a case (else None). `subject`
    is the id of a record or case, a tax period, or the day that a reminder is about; `seq` counts the steps of a
    subject from 1 (None where it has none). `at` is aware and in UTC. `detail` is what the log says beside, amounts in
    paise per head. `cursor` names the place in the order: ask for what comes after it. `id` names the event for ever.
    """

    kind: EventKind
    at: datetime
    recipient: str
    subject: str
    seq: int | None
    trigger: str | None
    source: str | None
    dest: str | None
    actor: str | None
    rules: tuple[str, ...]
    detail: Mapping[str, Any] | None
    request_key: str | None
    id: str
    cursor: str
    machine: str | None = None
