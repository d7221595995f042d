"""What a GSTR-2B leaves out, counted in SQL and given by the Python reading, over random stores on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from hypothesis import strategies as st
from sqlalchemy import Connection, update

from ims_fsm.store.tables import AT, RECORD
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import RemovedFor
from ims_fsm.workflow.left_out import counted_left_out, left_out

PERIODS = ("2024-08", "2024-10", "2025-03", "2025-11", "2026-03")


def test_as_many_are_counted_for_each_reason_as_are_given(over, moments, unit_of) -> None:
    def check(connection: Connection, store, now: datetime, period: str) -> None:
        # What section 16(4) removed had a limit.
        limitless = (AT.removed_for == str(RemovedFor.SEC_16_4), AT.cutoff_at.is_(None))
        connection.execute(update(RECORD).where(*limitless).values(cutoff_at=now))
        unit = unit_of(connection, now)
        for taxpayer in store.recipients:
            given = Counter(out.reason for out in left_out(unit, taxpayer.gstin, TaxPeriod(period)))
            groups = counted_left_out(unit, taxpayer.gstin, TaxPeriod(period))
            assert {group.reason: group.records for group in groups} == given

    over(check, st.sampled_from(moments), st.sampled_from(PERIODS))
