"""What the telling of a story asks: which steps belong together, who does each, which refusal it meets.

Imports the story, the law that its refusals come from, and the wording; runs nothing. The prose is in `templates/`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ims_fsm.law.book import LawBook
from ims_fsm.law.refusal import Refusal
from ims_fsm.pages.phrases import listed, month, person
from ims_fsm.pages.story import Story

Row = Mapping[str, Any]

_OF_THE_SUPPLIER = ("save", "edit", "delete")
_OF_THE_RETURN = {"generate_2b": "generate", "file_3b": "file_3b"}


@dataclass(frozen=True, slots=True)
class Telling:
    """A story as it is being told: its documents by handle, and the law that its refusals come from."""

    story: Story
    book: LawBook

    def days(self) -> Iterator[tuple[dt.date | None, list[list[tuple[Row, str]]]]]:
        """Give each day with its deeds, each with the steps that look at what came of it and every step's remark.

        A step that looks on a later day than that of the deed begins a day of its own.
        """
        _, remarks = self.story.remarks()
        day: dt.date | None = None
        deeds: list[list[tuple[Row, str]]] = []
        for place, step in enumerate(self.story.entries("step")):
            at = step.get("at")
            today = at.date() if isinstance(at, dt.datetime) else day
            if deeds and today != day:
                yield day, deeds
                deeds = []
            if not deeds or "expect" not in step:
                deeds.append([])
            day = today
            deeds[-1].append((step, remarks.get(place, "")))
        if deeds:
            yield day, deeds

    def document(self, handle: str) -> Row:
        """Return a document by its handle; one that the story does not have has no values."""
        return next((row for row in self.story.entries("document") if row.get("name") == handle), {})

    def machine(self, handle: str) -> str:
        """Return the machine that governs a document."""
        row = self.document(handle)
        amendment = f"{row.get('kind')}_amendment"
        return amendment if "amends" in row and amendment in self.book.law.machines else str(row.get("kind"))

    def doer(self, step: Row) -> str:
        """Return who does a step."""
        if handle := step.get("supplier") or step.get("recipient"):
            return person(handle)
        if "signoff" in step:
            return str(step.get("by", "")).partition(":")[0].capitalize()
        side = "supplier" if step.get("do") in _OF_THE_SUPPLIER else "recipient"
        return listed(dict.fromkeys(person(self.document(handle).get(side, side)) for handle in handles(step)))

    def refusal(self, step: Row) -> str | None:
        """Return the sentence of the refusal that a step meets, where exactly one guard can have given it."""
        verb, first = str(step.get("do")), next(iter(handles(step)), "")
        machine = self.book.law.machines.get("gstr2b" if verb in _OF_THE_RETURN else self.machine(first))
        if machine is None:
            return None
        fields = {"document": first, "original": str(self.document(first).get("amends", "its original"))}
        fields |= {"recipient": person(step["recipient"])} if "recipient" in step else {}
        fields |= {"period": month(str(step["period"]))} if "period" in step else {}
        fields |= {"form": str(step["form"])} if "form" in step else {}
        trigger, rule = _OF_THE_RETURN.get(verb, verb), str(step.get("rule", ""))
        guards = (Refusal.by(guard) for guard in machine.guards if trigger in guard.triggers)
        met = [guard for guard in guards if guard.code == step["refused"] and guard.cites(rule)]
        sentences = {guard.sentence(fields) for guard in met}
        return sentences.pop() if len(sentences) == 1 else None


def handles(step: Row) -> tuple[str, ...]:
    """Return the handles of the documents that a step is about."""
    documents = step.get("documents") or [step.get("document", "")]
    return tuple(str(handle) for handle in documents)
