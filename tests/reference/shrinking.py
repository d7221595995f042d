"""A history that shows a difference, made as short as it stays different, and written as a scenario file is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .histories import Story
from .values import names

WITHOUT_A_VERB = ("state_original", "act_on")


def shortest(story: Story, differs: Callable[[Story], bool]) -> Story:
    """Leave out steps and documents, in ever smaller parts, as long as the two still differ."""
    part = len(story["step"]) // 2
    while part:
        start = 0
        while start < len(story["step"]):
            steps = story["step"][:start] + story["step"][start + part :]
            shorter = without_idle({**story, "step": steps})
            if differs(shorter):
                story = shorter
            else:
                start += part
        part //= 2
    return story


def without_idle(story: Story) -> Story:
    """Leave out documents that no step saves and no other amends, and steps on what is not saved."""
    saved = {name for step in story["step"] if step["do"] == "save" for name in names(step)}
    steps = [step for step in story["step"] if "document" not in step or step["document"] in saved]
    amended = {entry.get("amends") for entry in story["document"] if entry["name"] in saved}
    documents = [entry for entry in story["document"] if entry["name"] in saved | amended]
    return {**story, "step": steps, "document": documents}


def as_scenario(story: Story, difference: str) -> str:
    """Write a history as a scenario file; what its grammar has no verb for stands as a comment."""
    lines = [f"# {difference}", f"title = {_value(story['title'])}", "rules = []"]
    for key in ("taxpayer", "document", "step"):
        for entry in story[key]:
            table = ["", f"[[{key}]]", *_entry(entry)]
            lines += [f"# {line}" for line in table] if entry.get("do") in WITHOUT_A_VERB else table
    return "\n".join(lines) + "\n"


def _entry(entry: dict[str, Any]) -> Iterator[str]:
    for key, value in entry.items():
        yield f"{key} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else value.isoformat()  # type: ignore[attr-defined]  # a date
