"""`verify`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ims_fsm.law import annexure, modelcheck
from ims_fsm.law.loading import shipped_law
from ims_fsm.law.modelcheck import Extent, Report
from ims_fsm.law.properties.claim import Property

HELD = Property("one", "This holds", ("faq.1",), "situations", 12, ())
FAILED = Property("two", "That does not", (), "freezes", 3, ("in no_action it is allowed",))


@pytest.fixture
def found(monkeypatch):
    """Let the model check, which takes seconds, find what a test says."""

    def say(*properties):
        report = Report((Extent("invoice", "Invoice", 2, 7, 9, 1_000),), properties, frozenset({"faq.1"}))
        monkeypatch.setattr(modelcheck, "check", lambda _law, _progress: report)

    return say


@pytest.mark.slow
def test_the_shipped_law_holds(bare):
    told = bare("verify").ended(0).out
    assert told.startswith(f"Structure: {len(shipped_law().machines)} machines, 2 rule sets, ")
    assert "FAILS" not in told
    assert "the ledger agrees." in told


def test_the_space_the_properties_and_the_time_are_told(bare, found):
    found(HELD)
    told = bare("verify").ended(0).out
    assert "  Invoice          2        7         9                  1,000     126,000\n" in told
    assert "  holds  This holds (faq.1): 12 situations\n" in told
    assert "1 of 1 property holds over 126,000 situations; it took 0." in told


def test_what_does_not_hold_is_told_and_ends_with_1(bare, found):
    found(HELD, FAILED)
    told = bare("verify").ended(1).out
    assert "  FAILS  That does not: 3 freezes\n         in no_action it is allowed\n" in told
    assert "1 of 2 properties hold" in told


def test_a_row_of_annexure_a_that_is_wrong_ends_with_1(bare, found, monkeypatch):
    found(HELD)
    load = annexure.load

    def spoilt(text):
        table = load(text)
        wrong = next(one for one in table.example if one.itc)
        return table.model_copy(update={"example": (wrong.model_copy(update={"itc": -wrong.itc}),)})

    monkeypatch.setattr(annexure, "load", spoilt)
    assert "FAILS  example of row" in bare("verify").ended(1).out


def test_verify_as_json(bare, found):
    found(HELD, replace(FAILED, counterexamples=()))
    answer = bare("verify", "--json").ended(0).json
    assert [*answer] == ["holds", "situations", "seconds", "rules", "machines", "properties", "annexure_a"]
    assert (answer["holds"], answer["situations"]) == (True, 126_000)
    assert answer["machines"][0].keys() == {
        *("machine", "rule_sets", "sources", "triggers", "combinations", "situations"),
    }
    assert answer["properties"][0] == {
        "name": "one",
        "sentence": "This holds",
        "rules": ["faq.1"],
        "checked": 12,
        "counted": "situations",
        "holds": True,
        "counterexamples": [],
    }
    assert answer["annexure_a"]["problems"] == []
