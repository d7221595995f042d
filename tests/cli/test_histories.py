"""`verify --histories`: the settings, the properties, and a counterexample as a scenario; as JSON by its schema."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from ims_fsm.cli.answers import schema_of
from ims_fsm.law.book import shipped_book
from ims_fsm.record.histories import bounds
from ims_fsm.record.histories.setting import IN_IMS, Bounds
from ims_fsm.resources import machines_folder
from ims_fsm.terms.vocabulary import Kind

SMALL = Bounds(versions=1, amendments=IN_IMS, acts_on_saved=False)


@pytest.fixture
def explores(monkeypatch):
    """Return a function that has one small setting explored, by a law without one of a machine's guards."""

    def choose(guard=None):
        book = shipped_book()
        note = book.law.machines["credit_note"]
        left = tuple(declared for declared in note.declaration.guard if declared.name != guard)
        spoilt = replace(note, declaration=replace(note.declaration, guard=left))
        law = replace(book, law=replace(book.law, machines={**book.law.machines, "credit_note": spoilt}))
        chosen = bounds.setting(law, Kind.CREDIT_NOTE, "before", SMALL)
        monkeypatch.setattr(bounds, "settings", lambda _book, *, whole: [] if whole else [chosen])

    return choose


def test_histories_are_proved_and_counted(bare, explores):
    explores()
    words = bare("verify", "--histories", "--small").ended(0).out
    assert "credit note, monthly, from 2024-10" in words
    assert "  holds  A recipient can always come to file GSTR-3B by moves of their own" in words
    assert "FAILS" not in words
    assert " hold over " in words.splitlines()[-1]


def test_a_guard_taken_out_is_met_by_a_history_as_a_scenario(bare, explores):
    explores("no_pending_on_an_original_credit_note")
    words = bare("verify", "--histories", "--small").ended(1).out
    assert "FAILS  Before 2B period 2025-10 nothing is pending while that leaves S below E" in words
    assert "# Wrong: version 1 is pending: S is -100.00 IGST, E 0.00.\n" in words
    assert 'do = "keep_pending"\ndocument = "V1"\n' in words


@pytest.mark.parametrize(("guard", "code"), [(None, 0), ("no_pending_on_an_original_credit_note", 1)])
def test_the_proof_as_json(bare, explores, guard, code):
    explores(guard)
    answer = bare("verify", "--histories", "--small", "--json").ended(code).json
    jsonschema.validate(answer, schema_of("verify --histories"))
    (world,) = answer["settings"]
    assert int(answer["histories"]) == int(world["histories"]) > answer["points"] == world["points"]
    assert answer["holds"] is (code == 0)
    assert sum(len(proved["counterexamples"]) for proved in answer["properties"]) == code


def test_a_law_without_a_calendar_has_no_histories(bare):
    refused = bare("verify", Path(__file__).parents[1] / "purchase", "--histories").ended(2).err
    assert refused.startswith("error: ")
    assert "calendar.toml" in refused


def test_the_generated_stories_are_of_the_shipped_law(bare, tmp_path):
    refused = bare("verify", "machines", "--histories", "--stories", tmp_path).ended(2).err
    assert refused.endswith("leave the path out\n")


def test_a_changed_copy_of_the_law_is_explored_in_place_of_the_shipped_one(bare, monkeypatch, tmp_path):
    """Whoever changes machines/ sees what a guard is for."""
    folder = shutil.copytree(machines_folder(), tmp_path / "machines")
    declared = (folder / "credit_note.toml").read_text("utf-8")
    begins = declared.index('[[guard]]\nname = "no_pending_on_an_original_credit_note"')
    (folder / "credit_note.toml").write_text(declared[:begins] + declared[declared.index("[[", begins + 2) :], "utf-8")
    monkeypatch.setattr(
        bounds, "settings", lambda book, *, whole: [bounds.setting(book, Kind.CREDIT_NOTE, "before", SMALL)]
    )
    assert "# Wrong: version 1 is pending" in bare("verify", folder, "--histories").ended(1).out
