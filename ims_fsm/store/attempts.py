"""Attempts that came to nothing: one row for each call that was refused or failed, written once it was undone.

Imports the tables and the errors; decides nothing.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection, Index, insert
from sqlmodel import Field

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.hooks import Attempt
from ims_fsm.record.refusals import RefusedError
from ims_fsm.store.place import place_column
from ims_fsm.store.register import take_numbers
from ims_fsm.store.tables import OWNER, PAISE, Table, core
from ims_fsm.terms.period import TaxPeriod, in_india


class AttemptRow(Table, table=True):
    """A call that was refused or failed, append-only: who made it, on what, when, why.

    `recipient_gstin` is whose desk it was made at, `use_case` what was called, `outcome` the code of the error, `rules`
    what refused it; `period` is the month (IST) of `at`, by which seals cover it.
    """

    __tablename__ = "ims_attempt"
    __table_args__ = (Index("ims_attempt_by_place", "place"),)

    recipient_gstin: str = Field(primary_key=True, max_length=OWNER)
    number: int = Field(primary_key=True, sa_type=PAISE)
    period: str = Field(max_length=7)
    use_case: str
    trigger: str | None = None
    subject: str
    outcome: str
    actor: str
    at: datetime
    recorded_at: datetime
    rules: str
    detail: str
    request_key: str | None = None
    place: int | None = Field(default=None, sa_column=place_column())


ATTEMPT = core(AttemptRow)


def note(connection: Connection, whose: str, use_case: str, attempt: Attempt, recorded_at: datetime) -> None:
    """Write down an attempt at somebody's desk; whoever calls has undone what it did."""
    error = attempt.error
    refused = error if isinstance(error, RefusedError) else None
    # What a hook raised is no error of ours and has no code; its words may be anybody's.
    outcome = error.code if isinstance(error, ImsFsmError) else ImsFsmError.outcome
    refusals = () if refused is None else refused.refusals
    said = [{"code": refusal.code, "rule": refusal.rule, "sentence": refusal.sentence} for refusal in refusals]
    row = {
        "recipient_gstin": whose,
        "number": take_numbers(connection, "attempt", 1),
        "period": str(TaxPeriod.of(in_india(attempt.at).date())),
        "use_case": use_case,
        "trigger": None if refused is None else refused.trigger,
        "subject": use_case if refused is None else refused.subject,
        "outcome": outcome,
        "actor": attempt.actor,
        "at": attempt.at,
        "recorded_at": recorded_at,
        "rules": " ".join(dict.fromkeys(rule for refusal in refusals for rule in refusal.rules)),
        "detail": json.dumps({"use_case": use_case, "outcome": outcome, "refusals": said}, sort_keys=True),
        "request_key": attempt.request_key,
    }
    connection.execute(insert(ATTEMPT).values(row))
