"""The titles of a table of proposed actions."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ims_fsm.errors import InputError
from ims_fsm.formats import columns
from ims_fsm.formats.columns import COLUMNS, Columns, cleaned, word_of
from ims_fsm.formats.gstn.row import Findings
from ims_fsm.formats.table import Header

DECLARED = tomllib.loads(Path(columns.__file__).with_suffix(".toml").read_text("utf-8"))


def columns_of(*titles):
    findings = Findings("a.csv")
    read = Columns.of(Header("line 1", titles, tuple(f", column {n}" for n in range(1, len(titles) + 1))), findings)
    findings.raise_problems()
    return read


def message(*titles):
    with pytest.raises(InputError) as refused:
        columns_of(*titles)
    return str(refused.value)


def test_each_title_means_one_thing():
    read = [word_of(title) for titles in DECLARED["read"].values() for title in titles]
    passed = [word_of(title) for title in DECLARED["not_read"]["titles"]]
    assert len(read + passed) == len({*read, *passed})


@pytest.mark.parametrize(
    ("titles", "named"),
    [
        (["GSTIN of supplier", "Invoice number", "User Action"], "supplier number action"),
        (["GSTIN of Supplier", "Invoice/Note number", "Status", "Remarks"], "supplier number action remarks"),
        (["supplier", "number", "kind", "action", "remarks"], "supplier number kind action remarks"),
        (["ID", "\u200bInvoice\u00a0Number ", "ACTION"], "id number action"),
        (["\uff29\uff24", "user-action", "record_version"], "id action version"),
    ],
)
def test_the_titles_of_the_products_are_understood(titles, named):
    assert columns_of(*titles) == Columns({name: at for at, name in enumerate(named.split())}, ())


def test_the_surest_title_of_an_action_is_meant():
    assert columns_of("id", "Status", "User Action").places == {"id": 0, "action": 2}
    assert columns_of("id", "User Action", "Action").places == {"id": 0, "action": 1}


def test_what_the_offline_tool_keeps_of_before_is_not_read_twice():
    tool = ["Invoice number", "Status", "Remarks", "Previous Status", "Remarks", "IsPendingBlocked"]
    assert columns_of(*tool) == Columns({"number": 0, "action": 1, "remarks": 2, "previous": 3}, ())


def test_titles_that_mean_nothing_here_are_named():
    assert columns_of("id", "action", "Checked  by", "", "Trade/Legal name").unread == ("Checked by", "column 4")


@pytest.mark.parametrize(
    ("titles", "told"),
    [
        (["id", "record_id", "action"], "line 1, column 2: id stands twice; keep one of them"),
        (["id", "Action", "action"], "line 1, column 3: action stands twice; keep one of them"),
        (
            ["id", "action", "remaks"],
            "line 1, column 3: 'remaks' is not a column here; write remarks, or another title",
        ),
        (["action"], f"line 1: no column names a record; use {COLUMNS}"),
        (["id"], f"line 1: no column says an action; use {COLUMNS}"),
    ],
)
def test_titles_that_do_not_hold_together_are_told(titles, told):
    assert message(*titles) == f"a.csv: {told}"


def test_text_is_compared_without_what_is_not_seen():
    assert cleaned(" \ufeffINV\u00a0/\u200d \u00ad\uff17") == "INV / 7"
