"""Scenarios written by the tests: a cast of taxpayers, and the documents and steps that a test adds."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm.errors import InputError
from ims_fsm.scenario.reading import read_scenario
from ims_fsm.scenario.report import Outcome
from ims_fsm.scenario.running import run_scenario
from ims_fsm.workflow.ims import Scratch

CAST = """
title = "A story"
rules = ["faq.16"]

[[taxpayer]]
name = "buyer"
gstin = "27AAPFU0939F1ZV"

[[taxpayer]]
name = "neighbour"
gstin = "07AAACB1234C1Z5"
filing = "quarterly"

[[taxpayer]]
name = "seller"
gstin = "29AABCT1332L1ZA"
"""
DOCUMENT = {
    "kind": '"invoice"',
    "supplier": '"seller"',
    "recipient": '"buyer"',
    "date": "2024-10-05",
    "taxable": '"1000.00"',
    "igst": '"180.00"',
}


class Story:
    """Writes scenarios as text and runs them; a value of a document is TOML, a step is TOML on one line."""

    def __init__(self, folder: Path, databases: Scratch) -> None:
        self.folder, self.databases = folder, databases

    @staticmethod
    def document(name: str, **values: str) -> str:
        keys = {"name": f'"{name}"', "number": f'"S/{name}"', **DOCUMENT, **values}
        return "\n".join(["", "[[document]]", *(f"{key} = {value}" for key, value in keys.items()), ""])

    @staticmethod
    def steps(*lines: str) -> str:
        """Write steps, each as `moment; key = value; key = value`."""
        rows = (f"at = {line}".split("; ") for line in lines)
        return "\n".join("\n".join(["", "[[step]]", *row, ""]) for row in rows)

    def write(self, text: str, name: str = "story.toml") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def run(self, *parts: str, url: str | None = None) -> Outcome:
        scenario = read_scenario(self.write(CAST + "".join(parts)))
        return run_scenario(scenario, Scratch(url) if url else self.databases)

    def fails(self, *parts: str) -> list[tuple[int, str, str]]:
        """Give each failure's step, what was expected and what happened."""
        return [(one.number, one.expected, one.happened) for one in self.run(*parts).failures]

    def problems(self, text: str) -> list[str]:
        """Give the problems of a text that cannot be read as a scenario."""
        with pytest.raises(InputError) as caught:
            read_scenario(self.write(text))
        return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def story(tmp_path: Path, ims_scratch: Scratch) -> Story:
    return Story(tmp_path, ims_scratch)


@pytest.fixture
def cast() -> str:
    return CAST
