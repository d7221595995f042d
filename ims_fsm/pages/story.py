"""A story: a scenario's file as plain data, with what its author remarked between the lines.

Imports the errors alone. Whether the story holds is not asked here: it was run where it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from ims_fsm.errors import InputError, Problem
from ims_fsm.files.reading import TomlError, toml_of

_STEP = re.compile(r"\[\[\s*step\s*\]\]")


@dataclass(frozen=True)
class Story:
    """A scenario as its file tells it: where it lies (with slashes), its title, the rules it proves, its TOML."""

    path: str
    title: str
    rules: tuple[str, ...]
    text: str
    tables: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return PurePosixPath(self.path).stem

    @property
    def folder(self) -> str:
        """The name of the folder that it lies in; `others` where it lies in none."""
        return PurePosixPath(self.path).parent.name or "others"

    def entries(self, table: str) -> list[dict[str, Any]]:
        """Return the entries of a table: taxpayer, document or step."""
        rows = self.tables.get(table, [])
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def cites(self, rule: str) -> bool:
        """Say whether it proves this rule or one below it ("faq.11" is met by "faq.11.a")."""
        return any(proved == rule or proved.startswith(f"{rule}.") for proved in self.rules)

    def remarks(self) -> tuple[str, Mapping[int, str]]:
        """Return the author's comments: that at the top, and those right above a step by the step's place, from 0."""
        whole: list[str] = []
        on_steps: dict[int, str] = {}
        waiting: list[str] = []
        steps, begun = 0, False
        for line in self.text.splitlines():
            if line.startswith("#"):
                (waiting if begun else whole).append(line.removeprefix("#").strip())
                continue
            if _STEP.match(line):
                on_steps |= {steps: " ".join(waiting)} if waiting else {}
                steps += 1
            waiting = []
            begun = begun or bool(line.strip())
        return " ".join(whole), on_steps


def story_of(path: str, text: str) -> Story:
    """Return the story that a scenario's TOML tells; raises `InputError` for what is not TOML or has no title."""
    try:
        tables = toml_of(text)
    except TomlError as error:
        raise InputError(path, [Problem("the file", error.what, error.remedy)]) from None
    title, rules = tables.get("title"), tables.get("rules", [])
    problems = []
    if not isinstance(title, str) or not title.strip():
        problems.append(Problem("title", "is missing", "say in a sentence what the scenario shows"))
    if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
        problems.append(Problem("rules", "is not a list of rule ids", 'write it like ["faq.11.a"]'))
    if problems:
        raise InputError(path, problems)
    return Story(path.replace("\\", "/"), str(title), tuple(rules), text, tables)
