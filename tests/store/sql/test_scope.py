"""Records named by their ids, however many, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, insert, select

from ims_fsm.store.connection import among, writing
from ims_fsm.store.tables import AT, RecordRow
from ims_fsm.terms.vocabulary import Kind


@pytest.mark.parametrize(
    ("ids", "found"),
    [
        ([], []),
        ([2], [2]),
        ([3, 1, 3], [1, 3]),
        (range(2, 100_002), [2, 3, 4]),
        ([2**40, 0, -1], []),
    ],
    ids=["none", "one", "some", "100,000", "none that there is"],
)
def test_records_are_named_by_any_number_of_ids(engine: Engine, chain_rows, ids, found) -> None:
    with writing(engine) as connection:
        connection.execute(insert(RecordRow), chain_rows(Kind.INVOICE, [1, 1, 2])[1])
        query = select(AT.id).where(among(AT.id, ids)).order_by(AT.id)
        assert connection.execute(query).scalars().all() == found
