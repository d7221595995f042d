"""The tables of what comes from outside: the calendar, its jobs and reminders, the portal's files, what was registered.

Imports the tables that they stand beside; the schema imports them, so that the metadata is whole.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from ims_fsm.store.place import place_column
from ims_fsm.store.tables import CLUSTERED, PAISE, Table, one_of, part_index
from ims_fsm.terms.vocabulary import JobStatus, ReminderKind


class JobRunRow(Table, table=True):
    """A job of the calendar on a shard of recipients: those from `recipient_gstin` to `through`, both included.

    `period` is the business key: the tax period of a draft, the day of any other instant. Moments are aware UTC.
    """

    __tablename__ = "ims_job_run"
    __table_args__ = (
        one_of("status", JobStatus),
        Index("ims_job_run_by_job", "job", "period"),
        Index("ims_job_run_by_due", "due_at"),
        part_index("ims_job_run_open", "status IN ('todo', 'failed')", "due_at", "job", "recipient_gstin"),
        part_index("ims_job_run_skipped", "status = 'skipped'", "job", "period", "recipient_gstin"),
    )

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    job: str = Field(primary_key=True)
    period: str = Field(primary_key=True, max_length=10)
    through: str = Field(primary_key=True, max_length=15)
    status: str
    due_at: datetime
    planned_at: datetime
    recipients: int
    attempt: int = 0
    tried_at: datetime | None = None
    not_before: datetime | None = None
    done_at: datetime | None = None
    error: str | None = None


class ReminderRow(Table, table=True):
    """A reminder given to a recipient, append-only; its key is what it is about, so that each is given once.

    `subject` is a tax period, or the day on which section 16(4) passes; `due_at` is the instant at which it is too
    late, `days` how many days ahead it was to be given, `records` how many records it is about.
    """

    __tablename__ = "ims_reminder"
    __table_args__ = (one_of("kind", ReminderKind), Index("ims_reminder_by_place", "place"))

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    kind: str = Field(primary_key=True)
    subject: str = Field(primary_key=True, max_length=10)
    due_at: datetime = Field(primary_key=True)
    days: int = Field(primary_key=True)
    at: datetime
    recorded_at: datetime
    records: int
    rule: str
    place: int | None = Field(default=None, sa_column=place_column())


class CalendarRow(Table, table=True):
    """The calendar by which periods, limits and routes were worked out from then on.

    The newest is the one by which they stand; `declared` is everything that it declares, as JSON.
    """

    __tablename__ = "ims_calendar"

    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = Field(max_length=64)
    declared: str
    actor: str
    at: datetime
    recorded_at: datetime


class CalendarMoveRow(Table, table=True):
    """What a calendar moved of a record when it came: what stood before and stands since, as JSON by column."""

    __tablename__ = "ims_calendar_move"

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    record_id: int = Field(primary_key=True, sa_type=PAISE)
    calendar_id: int = Field(primary_key=True)
    before: str
    after: str


class DownloadRow(Table, table=True):
    """A download that shows everything of its sections, or one of the files that together do, and when it was made.

    `sections` are their keys between blanks. It tells of a record of theirs, which it does not show, that the portal
    did not have it then, or had it no more; append-only.
    """

    __tablename__ = "ims_download"

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    at: datetime = Field(primary_key=True)
    files: int = Field(primary_key=True)
    file: int = Field(primary_key=True)
    sections: str = Field(primary_key=True)


class TaxpayerLogRow(Table, table=True):
    """What was ever registered of a taxpayer, append-only: all columns of their row, or an annual return, as JSON.

    There is a row for each time that it changed: who is registered again as they are has no new one.
    """

    __tablename__ = "ims_taxpayer_log"

    gstin: str = Field(primary_key=True, max_length=15)
    number: int = Field(primary_key=True)
    said: str
    actor: str
    at: datetime
    recorded_at: datetime


class RequestRow(Table, table=True):
    """A writing call under an idempotency key of its owner (a GSTIN), what it answered, and the digest of all that."""

    __tablename__ = "ims_request"

    owner: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    use_case: str
    fingerprint: str = Field(max_length=64)
    outcome: str
    actor: str
    at: datetime
    recorded_at: datetime
    digest: str = Field(max_length=64)


class TokenRow(Table, table=True):
    """A token under the SHA-256 (hex) of its secret, or a session that was begun with one (`session_of`).

    Roles and GSTINs have a blank between them; "*" among these is every taxpayer's.
    """

    __tablename__ = "ims_token"
    __table_args__ = (Index("ims_token_by_digest", "digest", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(max_length=64)
    name: str
    roles: str
    gstins: str
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    session_of: int | None = None


class SubscriberRow(Table, table=True):
    """Who is told of events after their commit, and the cursor of the last that they were told of (None: of none)."""

    __tablename__ = "ims_subscriber"

    name: str = Field(primary_key=True)
    cursor: str | None = None


class UploadedRow(Table, table=True):
    """What an upload last told of a record, whether the portal has answered, what it took and what it refused.

    One row a record, written over; `at` is when it was exported. `refused_*` stay until the portal takes the record.
    """

    __tablename__ = "ims_uploaded"
    __table_args__ = CLUSTERED

    recipient_gstin: str = Field(primary_key=True, max_length=15)
    record_id: int = Field(primary_key=True, sa_type=PAISE)
    action: str
    declaration: str | None = None
    at: datetime
    answered: bool = False
    taken_action: str | None = None
    taken_declaration: str | None = None
    taken_at: datetime | None = None
    refused_action: str | None = None
    refused_code: str | None = None
    refused_message: str | None = None
    refused_at: datetime | None = None
