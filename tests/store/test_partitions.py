"""Partitions: every table of a recipient split by him, with all that it had before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from ims_fsm.store import schema
from ims_fsm.store.connection import StoreError, writing
from ims_fsm.store.partitions import citus_statements, keyed, partition, partitions
from ims_fsm.store.tables import Table
from ims_fsm.store.triggers import APPEND_ONLY

COUNT = 3
BUYERS = ("27AAPFU0939F1ZV", "07AAACT2727Q1ZW", "33AAACP7879D1ZM")
AnyRow = Callable[..., dict[str, object]]
BELONGINGS = text(
    "SELECT relname, relkind::text, array_to_string(reloptions, ',') AS options, "
    "(SELECT array_agg(regexp_replace(pg_get_constraintdef(c.oid), '\\s+', ' ', 'g') ORDER BY conname) "
    " FROM pg_constraint c WHERE conrelid = r.oid AND contype <> 'n') AS constraints, "
    "(SELECT array_agg(regexp_replace(pg_get_indexdef(indexrelid), '^.* USING', '') ORDER BY indexrelid) "
    " FROM pg_index WHERE indrelid = r.oid) AS indexes, "
    "(SELECT array_agg(tgname ORDER BY tgname) FROM pg_trigger "
    " WHERE tgrelid = r.oid AND NOT tgisinternal) AS triggers, "
    "(SELECT array_agg(format('%s %s %s %s', attname, atttypid::regtype, attnotnull, pg_get_expr(adbin, adrelid)) "
    "  ORDER BY attnum) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum "
    "  WHERE attrelid = r.oid AND attnum > 0 AND NOT attisdropped) AS columns "
    "FROM pg_class r WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')"
)


@pytest.fixture
def split(pg: Engine) -> Engine:
    """A database whose tables are split into a few partitions."""
    partition(pg, COUNT)
    return pg


def belongings(engine: Engine) -> dict[str, dict[str, object]]:
    with engine.connect() as connection:
        return {row["relname"]: dict(row) for row in connection.execute(BELONGINGS).mappings()}


def test_every_table_of_a_recipient_is_split_and_says_what_it_said(pg: Engine) -> None:
    before = belongings(pg)
    assert partition(pg, COUNT) == dict.fromkeys(keyed(), COUNT)
    after = belongings(pg)
    assert {*before} <= {*after}
    for name, was in before.items():
        assert after[name]["relkind"] == ("p" if name in keyed() else "r")
        same = ("columns", "constraints", "indexes", "triggers")
        assert {key: after[name][key] for key in same} == {key: was[key] for key in same}, name


def test_every_partition_has_what_its_table_had(pg: Engine) -> None:
    before = belongings(pg)
    partition(pg, COUNT)
    after = belongings(pg)
    for name in keyed():
        for number in range(COUNT):
            part = after[f"{name}_p{number}"]
            assert (part["options"], part["triggers"]) == (before[name]["options"], before[name]["triggers"]), part
            assert sorted(part["indexes"]) == sorted(before[name]["indexes"])


def test_records_leave_room_for_their_next_version_in_every_partition(split: Engine) -> None:
    half_full = {name for name, had in belongings(split).items() if had["options"] == "fillfactor=50"}
    assert half_full == {
        f"{name}_p{number}" for name in ("ims_record", "ims_two_b", "ims_case") for number in range(COUNT)
    }


@pytest.mark.parametrize("name", sorted({*keyed()} & {*APPEND_ONLY}))
def test_a_log_cannot_be_rewritten_in_a_partition(split: Engine, any_row: AnyRow, name: str) -> None:
    with writing(split) as connection:
        for gstin in BUYERS:
            table = Table.metadata.tables[name]
            connection.execute(table.insert(), any_row(table, recipient_gstin=gstin))
    places = [name, *(f"{name}_p{number}" for number in range(COUNT))]
    for place in places:
        for change in ("UPDATE {} SET recipient_gstin = recipient_gstin", "DELETE FROM {}", "TRUNCATE {}"):
            with writing(split) as connection:
                held = connection.execute(text(f"SELECT count(*) FROM {place}")).scalar_one()  # noqa: S608 -- a table's name
            if not held and "TRUNCATE" not in change:
                continue
            with pytest.raises(IntegrityError, match="is append-only"), writing(split) as connection:
                connection.execute(text(change.format(place)))


def test_what_is_split_already_stays_as_it_is(split: Engine) -> None:
    before = belongings(split)
    assert partition(split, COUNT) == partitions(split) == dict.fromkeys(keyed(), COUNT)
    assert belongings(split) == before


def test_what_is_not_split_has_no_partitions(engine: Engine) -> None:
    assert partitions(engine) == {}


def test_a_split_database_is_one_of_this_version(split: Engine) -> None:
    schema.prepare(split)
    assert schema.migrate(split) == schema.Migration(schema.NEWEST, schema.NEWEST)


def test_another_number_of_partitions_is_refused(split: Engine) -> None:
    with pytest.raises(StoreError) as refused:
        partition(split, 4)
    told = f"{min(keyed())} has 3 partitions and not 4; keep them, or begin with an empty database"
    assert str(refused.value) == told


def test_a_table_with_rows_is_refused_and_splitting_goes_on_later(pg: Engine, any_row: AnyRow) -> None:
    table = Table.metadata.tables["ims_two_b_line"]
    with writing(pg) as connection:
        connection.execute(table.insert(), any_row(table))
    with pytest.raises(StoreError) as refused:
        partition(pg, COUNT)
    assert str(refused.value) == (
        "ims_two_b_line holds rows, and only empty tables are partitioned; "
        "partition an empty database and load a copy of this one into it (docs/postgresql.md)"
    )
    with writing(pg) as connection:
        connection.execute(table.delete())
    assert partition(pg, COUNT) == dict.fromkeys(keyed(), COUNT)


@pytest.mark.parametrize("count", [0, 1, 1025])
def test_a_number_of_partitions_that_is_none_is_refused(engine: Engine, count: int) -> None:
    with pytest.raises(StoreError) as refused:
        partition(engine, count)
    assert str(refused.value) == f"{count} partitions cannot be made; take 2 to 1024, like 64"


@pytest.mark.sqlite("it has no partitions")
def test_sqlite_is_refused(memory_blank: Callable[[], Engine]) -> None:
    with pytest.raises(StoreError) as refused:
        partition(memory_blank(), 64)
    told = "the database sqlite:// is SQLite, which has no partitions; give the URL of PostgreSQL"
    assert str(refused.value) == told


def test_citus_is_told_every_table_once_and_the_same_key() -> None:
    told = [*citus_statements(32)]
    assert [one for one in told if "'ims_record'," in one] == [
        "SELECT create_distributed_table('ims_record', 'recipient_gstin', shard_count => 32)"
    ]
    for name in {*keyed()} - {"ims_record"}:
        assert f"SELECT create_distributed_table('{name}', 'recipient_gstin', colocate_with => 'ims_record')" in told
    assert len(told) == len({*told})
