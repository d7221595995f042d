"""What recipients have set, against the digests beside it, each of which is of the one before it too.

Imports the tables; decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from ims_fsm.errors import Problem
from ims_fsm.store.log import RESTORE, asked, of_recipient
from ims_fsm.store.settings import SETTING, digest_of


def problems(connection: Connection, gstin: str | None) -> Iterator[Problem]:
    """Give the settings that were changed, or behind which one is gone."""
    query = of_recipient(select(SETTING), SETTING.c.recipient_gstin, narrow=gstin is not None)
    owner, number, digest = "", 0, ""
    for row in asked(connection, query.order_by(*SETTING.primary_key), gstin).mappings().all():
        if row["recipient_gstin"] != owner:
            owner, number, digest = row["recipient_gstin"], 0, ""
        where = f"{owner} setting {row['number']}"
        if row["number"] != number + 1:
            yield Problem(where, f"comes after {number}; what was between them is gone", RESTORE)
        if digest_of(dict(row), digest) != row["digest"]:
            yield Problem(where, "is not what the digest beside it was taken of", RESTORE)
        number, digest = row["number"], row["digest"]
