"""What recipients have set, append-only: the newest of a kind and name is in force.

Imports the tables; decides nothing. The digest beside each row is of all that it says, and of the one before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlmodel import Field

from ims_fsm.record.moments import Moments
from ims_fsm.record.setting import Setting
from ims_fsm.store.tables import PAISE, Table, core


class SettingRow(Table, table=True):
    """That somebody has set something: TOML laid over what ships, or nothing, which takes it back to that."""

    __tablename__ = "ims_setting"

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    number: int = Field(primary_key=True, sa_type=PAISE)
    kind: str
    name: str
    text: str
    reason: str
    actor: str
    at: datetime
    recorded_at: datetime
    request_key: str | None = None
    digest: str = Field(max_length=64)


SETTING = core(SettingRow)
_SAID = tuple(name for name in SettingRow.model_fields if name != "digest")


def digest_of(row: Mapping[str, Any], before: str) -> str:
    """Return the SHA-256 of what a row says, behind the digest of the one before it."""
    said = [_plain(row[name]) for name in _SAID]
    return hashlib.sha256(json.dumps([before, *said]).encode()).hexdigest()


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def put(connection: Connection, recipient: str, setting: Setting, moments: Moments, request_key: str | None) -> None:
    """Write what a recipient has set; nobody else writes one of theirs meanwhile."""
    _, recorded_at = moments
    row = {"recipient_gstin": recipient, **asdict(setting), "recorded_at": recorded_at, "request_key": request_key}
    of = SETTING.c
    newest = select(of.digest).where(of.recipient_gstin == recipient).order_by(of.number.desc()).limit(1)
    before = connection.execute(newest).scalar() or ""
    connection.execute(insert(SETTING).values(**row, digest=digest_of(row, before)))


def history(connection: Connection, recipient: str) -> Iterator[Setting]:
    """Give all that a recipient has set, oldest first."""
    query = select(SETTING).where(SETTING.c.recipient_gstin == recipient).order_by(SETTING.c.number)
    for row in connection.execute(query).mappings():
        yield Setting(**{name: row[name] for name in Setting.__dataclass_fields__})
