"""The program against the second reading of the law: on random histories, and on every story that is told of it."""

from __future__ import annotations

import ast
import os
import sys
import tomllib
from pathlib import Path

import pytest

from .comparison import differences
from .expectations import unmet
from .histories import CHAINS, history
from .model import Model
from .shrinking import as_scenario, shortest

HERE = Path(__file__).parent
ALLOWED = {*sys.stdlib_module_names, "", "days", "values", "readings", "returns"}
# Sign-offs are a house's rules and not the law's: the model has none.
STORIES = sorted(
    file
    for folder in ("scenarios", "histories")
    for file in (HERE.parent / folder).rglob("*.toml")
    if file.parent.name != "signoff"
)
# A seed is a recipient with many chains, so that a return decides several at once; each chain is a history.
# HISTORIES=20000 make test-long compares as many.
A_FEW, MANY, AT_ONCE = 300 // CHAINS, int(os.environ.get("HISTORIES", "2000")) // CHAINS, 5


def differs(story, scratch):
    return next(differences(story, scratch), None)


def compared(seeds, scratch):
    """Compare the histories of some seeds; the first that differs is shrunk and printed as a scenario file."""
    for seed in seeds:
        story = history(seed)
        if differs(story, scratch):
            short = shortest(story, lambda shorter: differs(shorter, scratch) is not None)
            number, difference = differs(short, scratch)
            pytest.fail(f"seed {seed}, step {number}:\n{as_scenario(short, difference)}", pytrace=False)


@pytest.mark.parametrize("seed", range(A_FEW))
def test_both_readings_agree_on_histories(seed, ims_scratch):
    compared([seed], ims_scratch)


@pytest.mark.long
@pytest.mark.parametrize("first", range(A_FEW, MANY, AT_ONCE))
def test_both_readings_agree_on_very_many_histories(first, ims_scratch):
    compared(range(first, min(first + AT_ONCE, MANY)), ims_scratch)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.relative_to(HERE.parent).with_suffix("").as_posix())
def test_the_model_holds_every_story(path):
    assert list(unmet(tomllib.loads(path.read_text("utf-8")))) == []


def test_a_difference_is_shrunk_and_written_as_a_scenario(ims_scratch, monkeypatch):
    """A model by which nothing is ever kept from pending differs; what shows it is two steps, and reads as a story."""
    monkeypatch.setattr(Model, "pending_refused", lambda _model, _record: False)
    story = next(story for story in (history(seed, chains=4) for seed in range(20)) if differs(story, ims_scratch))
    short = shortest(story, lambda shorter: differs(shorter, ims_scratch) is not None)
    text = as_scenario(short, differs(short, ims_scratch)[1])
    assert "pending_not_allowed" in text.splitlines()[0]
    read = tomllib.loads(text)
    assert len(read["step"]) <= 4
    assert {key: read[key] for key in ("document", "step")} == {key: short[key] for key in ("document", "step")}


@pytest.mark.parametrize("name", ["days", "values", "readings", "returns", "model"])
def test_the_model_imports_nothing_of_the_program(name):
    tree = ast.parse((HERE / f"{name}.py").read_text("utf-8"))
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    imported += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert [module for module in imported if module.split(".")[0] not in ALLOWED] == []
