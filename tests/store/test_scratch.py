"""A place that is thrown away: empty, apart from what the database holds, and gone afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, text

from ims_fsm.store.connection import StoreError, open_engine, reading, writing
from ims_fsm.store.schema import prepare
from ims_fsm.store.scratch import scratch


def prepared(place: str) -> list[str]:
    """Prepare a place and return its tables."""
    engine = open_engine(place)
    try:
        prepare(engine)
        with reading(engine) as connection:
            return inspect(connection).get_table_names()
    finally:
        engine.dispose()


@pytest.mark.sqlite("memory")
@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_memory_is_its_own_place(url):
    with scratch(url) as place:
        assert place == url


@pytest.mark.sqlite("a file")
def test_a_file_has_its_place_beside_it(tmp_path):
    url = f"sqlite:///{tmp_path / 'ims.db'}"
    with scratch(url) as one, scratch(url) as other:
        assert "ims_record" in prepared(one)
        assert one != other
        assert {path.name.partition("-")[0] for path in tmp_path.iterdir()} == {"ims"}
        assert not (tmp_path / "ims.db").exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sqlite("a file")
def test_a_file_is_gone_even_after_an_error(tmp_path):
    def work() -> None:
        with scratch(f"sqlite:///{tmp_path / 'ims.db'}") as place:
            prepared(place)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert list(tmp_path.iterdir()) == []


def test_postgresql_has_a_schema_for_it(pg_url):
    engine = open_engine(pg_url)
    schemas = text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'ims_fsm_scratch%'")
    with reading(engine) as connection:
        before = connection.execute(schemas).scalars().all()
    with scratch(pg_url) as place:
        assert "ims_record" in prepared(place)
        with reading(engine) as connection:
            assert len(connection.execute(schemas).scalars().all()) == len(before) + 1
    with reading(engine) as connection:
        assert connection.execute(schemas).scalars().all() == before
    engine.dispose()


def test_who_may_make_no_schema_is_told(pg_url):
    engine = open_engine(pg_url)
    with writing(engine) as connection:
        connection.execute(text("DROP ROLE IF EXISTS ims_fsm_test_reader"))
        connection.execute(text("CREATE ROLE ims_fsm_test_reader"))
    joined = f"{pg_url}{'&' if '?' in pg_url else '?'}options=-crole%3Dims_fsm_test_reader"
    with pytest.raises(StoreError, match=r"permission denied for database .*; check its URL, its permissions"):
        scratch(joined).__enter__()
    with writing(engine) as connection:
        connection.execute(text("DROP ROLE ims_fsm_test_reader"))
    engine.dispose()


def test_a_search_path_that_is_given_is_replaced(pg_url):
    joined = f"{pg_url}{'&' if '?' in pg_url else '?'}options=-cstatement_timeout%3D60000"
    with scratch(joined) as place:
        engine = open_engine(place)
        with reading(engine) as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "1min"
            assert connection.execute(text("SHOW search_path")).scalar_one().startswith("ims_fsm_scratch_")
        engine.dispose()


def test_what_is_no_url_is_refused():
    with pytest.raises(StoreError, match="is not a database URL"), scratch("ims.db"):
        pass
