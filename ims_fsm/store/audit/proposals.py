"""What sign-offs are about, against the keys of their cases, which stand in the log.

Imports the tables; a row that was changed no longer makes its key.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sqlalchemy import Connection, select

from ims_fsm.errors import Problem
from ims_fsm.store.case_tables import CASE
from ims_fsm.store.log import RESTORE, asked, of_recipient
from ims_fsm.store.proposals import PROPOSAL, key_of

_SIGNOFFS = select(CASE.c.recipient_gstin, CASE.c.id, CASE.c.key).where(CASE.c.machine == "signoff")


def problems(connection: Connection, gstin: str | None, most: int) -> Iterator[Problem]:
    """Give the sign-offs that are not about what was proposed, and what was proposed in none."""
    return islice(_problems(connection, gstin), most)


def _problems(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    narrow = gstin is not None
    rows = of_recipient(select(PROPOSAL), PROPOSAL.c.recipient_gstin, narrow=narrow)
    by_case = {(row["recipient_gstin"], row["case_id"]): row for row in asked(connection, rows, gstin).mappings()}
    for owner, case_id, key in asked(connection, of_recipient(_SIGNOFFS, CASE.c.recipient_gstin, narrow=narrow), gstin):
        row = by_case.pop((owner, case_id), None)
        if row is None:
            yield Problem(f"{owner} case {case_id}", "is a sign-off, and what it is about is gone", RESTORE)
        elif key_of(dict(row)) != key:
            yield Problem(f"{owner} case {case_id}", "is about something else than was proposed", RESTORE)
    for owner, case_id in by_case:
        yield Problem(f"{owner} case {case_id}", "was proposed, and is no sign-off", RESTORE)
