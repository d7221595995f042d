"""A story in prose: who takes part, which documents, what happened on which day, and what could then be seen.

Imports the story, the law that its refusals come from, and the wording; runs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ims_fsm.draw.citation import worded
from ims_fsm.law.book import LawBook
from ims_fsm.law.refusal import Refusal
from ims_fsm.pages.effects import Item
from ims_fsm.pages.links import linked, rule_links
from ims_fsm.pages.markdown import Md, aside, code, strong
from ims_fsm.pages.observation import observed
from ims_fsm.pages.phrases import HEADS, capital, day, listed, month, ordinal, person, rupees, sentence, tax
from ims_fsm.pages.story import Story

Row = Mapping[str, Any]

# How each verb reads: as done, and as tried in vain. What is in braces comes from the step.
_VERBS: Mapping[str, tuple[str, str]] = {
    "save": ("saves {what} in {form} of {period}", "save {what} in {form} of {period}"),
    "edit": ("edits {what}: {changes}", "edit {what}: {changes}"),
    "delete": ("deletes {what}", "delete {what}"),
    "file": ("files {form} of {period}", "file {form} of {period}"),
    "accept": ("accepts {what}", "accept {what}"),
    "reject": ("rejects {what}", "reject {what}"),
    "keep_pending": ("keeps {what} pending", "keep {what} pending"),
    "reset": ("takes back the action on {what}", "take back the action on {what}"),
    "generate_2b": ("generates GSTR-2B of {period}", "generate GSTR-2B of {period}"),
    "file_3b": ("files GSTR-3B of {period}", "file GSTR-3B of {period}"),
    "file_annual_return": ("files the annual return of {fy}", "file the annual return of {fy}"),
}
_SWEEP = "Whatever the calendar owes by now is done"
_OF_THE_SUPPLIER = ("save", "edit", "delete")
_OF_THE_RETURN = {"generate_2b": "generate", "file_3b": "file_3b"}
_INELIGIBLE = {"pos": "the place-of-supply rule", "sec_16_4": "section 16(4)", "rule_37a": "rule 37A"}
_LONG = 80
_REDUCED = {"full": "in full", "none": "by nothing"}


@dataclass(frozen=True, slots=True)
class Narration:
    """A story in prose: the author's remark on the whole, who takes part with the documents, and the steps."""

    remark: Md
    cast: tuple[Md, ...]
    steps: tuple[Item, ...]


def narrated(story: Story, book: LawBook) -> Narration:
    """Return a story in prose: those who take part, the documents, the steps in the order of time."""
    whole, remarks = story.remarks()
    cast = (_people(story), *_documents(story))
    return Narration(linked(whole, book.law), cast, tuple(_steps(Telling(story, book), remarks)))


@dataclass(frozen=True, slots=True)
class Telling:
    """A story as it is being told: its documents by handle, and the law that its refusals come from."""

    story: Story
    book: LawBook

    def document(self, handle: str) -> Row:
        """Return a document by its handle; nothing is known of one that the story does not have."""
        return next((row for row in self.story.entries("document") if row.get("name") == handle), {})

    def machine(self, handle: str) -> str:
        """Return the machine that governs a document."""
        row = self.document(handle)
        amendment = f"{row.get('kind')}_amendment"
        return amendment if "amends" in row and amendment in self.book.law.machines else str(row.get("kind"))

    def doer(self, step: Row) -> str:
        """Return the handle of who does a step."""
        if named := step.get("supplier") or step.get("recipient"):
            return person(named)
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
        guards = (Refusal.by(guard) for guard in machine.declaration.guard if trigger in guard.triggers)
        met = [guard for guard in guards if guard.code == step["refused"] and guard.cites(rule)]
        sentences = {guard.sentence(fields) for guard in met}
        return sentences.pop() if len(sentences) == 1 else None


def handles(step: Row) -> tuple[str, ...]:
    """Return the handles that a step names."""
    named = step.get("documents") or [step.get("document", "")]
    return tuple(str(handle) for handle in named)


def _people(story: Story) -> Md:
    people: list[Md] = []
    for row in story.entries("taxpayer"):
        kind, filing = worded(str(row.get("kind", "normal"))), row.get("filing", "monthly")
        more = [str(row.get("gstin"))]
        more += [f"{kind} taxpayer"] if kind != "normal" else []
        more += ["files quarterly"] if filing != "monthly" else []
        more += [f"first GSTR-3B due for {month(str(row['registered_from']))}"] if "registered_from" in row else []
        name = person(row.get("name"))
        people.append(Md("{} ({})").format(strong(name if people else capital(name)), ", ".join(more)))
    return Md("{}.").format(Md("; ").join(people))


def _documents(story: Story) -> Iterator[Md]:
    for row in story.entries("document"):
        date = row.get("date")
        of = f" of {day(date)}" if isinstance(date, dt.date) else ""
        heads = {head: row[head] for head in HEADS if head in row}
        parts: list[str] = [
            f"{worded(str(row.get('kind')))} {row.get('number')}{of}",
            f"from {person(row.get('supplier'))} to {person(row.get('recipient'))}",
            f"taxable value {rupees(row.get('taxable'))}",
            tax(heads),
        ]
        parts += [Md("amends {}").format(strong(row["amends"]))] if "amends" in row else []
        parts += ["under reverse charge"] if row.get("reverse_charge") else []
        parts += [f"ITC not eligible by {_reason(row['ineligible'])}"] if "ineligible" in row else []
        parts += ["the portal blocks pending"] if row.get("pending_blocked") else []
        yield Md("{}: {}.").format(strong(row.get("name")), Md(", ").join(parts))


def _steps(telling: Telling, remarks: Mapping[int, str]) -> Iterator[Item]:
    waiting: Item | None = None
    for place, step in enumerate(telling.story.entries("step")):
        remark = [aside(remarks[place])] if place in remarks else []
        if "expect" not in step:
            yield from (item for item in (waiting,) if item)
            line = Md("{}{}").format(_when(step), _done(telling, step))
            waiting = Item(line, (*remark, *_refusal(telling, step)))
            continue
        lines = (*remark, *observed(step["expect"]))
        waiting = Item(waiting.line, (*waiting.below, *lines)) if waiting else Item(_when(step), lines)
    yield from (item for item in (waiting,) if item)


def _when(step: Row) -> Md:
    at = step.get("at")
    return Md("{} ").format(strong(f"{day(at)}, {at:%H:%M}.")) if isinstance(at, dt.datetime) else Md()


def _done(telling: Telling, step: Row) -> str:
    verb = str(step.get("do"))
    if verb == "sweep":
        return _swept(telling, step)
    as_done, as_tried = _VERBS.get(verb, (worded(verb), worded(verb)))
    deed = (as_tried if "refused" in step else as_done).format_map(
        {
            "what": listed(handles(step)),
            "form": step.get("form", "a form"),
            "period": month(str(step.get("period"))),
            "fy": step.get("fy"),
            "changes": _changes(step.get("changes", {})),
        }
    )
    tries = " tries to " if "refused" in step else " "
    return f"{capital(telling.doer(step))}{tries}{deed}{_declared(step)}."


def _swept(telling: Telling, step: Row) -> str:
    at, drafted = step.get("at"), telling.book.calendar.declared.two_b.day
    if isinstance(at, dt.datetime) and at.day == drafted:
        return f"It is the {ordinal(drafted)}, the day of drafts: {_SWEEP[0].lower()}{_SWEEP[1:]}."
    return f"{_SWEEP}."


def _reason(ineligible: object) -> str:
    return _INELIGIBLE.get(str(ineligible), str(ineligible))


def _changes(changes: Row) -> str:
    heads = {head: value for head, value in changes.items() if head in HEADS}
    words: dict[str, Callable[[Any], str]] = {
        "taxable": lambda value: f"taxable value {rupees(value)}",
        "date": lambda value: f"date {day(value)}" if isinstance(value, dt.date) else f"date {value}",
        "number": lambda value: f"number {value}",
        "pos": lambda value: f"place of supply {value}",
        "reverse_charge": lambda value: "under reverse charge" if value else "no longer under reverse charge",
        "ineligible": lambda value: "ITC eligible" if value == "none" else f"ITC not eligible by {_reason(value)}",
    }
    changed = [words.get(key, str)(value) for key, value in changes.items() if key not in HEADS]
    return listed([*changed, tax(heads)] if heads else changed)


def _declared(step: Row) -> str:
    reduced, remarks = step.get("reduce_itc"), str(step.get("remarks", ""))
    declared = ""
    if reduced is not None:
        amount = f"by {tax(reduced)}" if isinstance(reduced, dict) else _REDUCED.get(reduced, str(reduced))
        declared = f", ITC to be reduced {amount}"
    if remarks:
        short = remarks if len(remarks) <= _LONG else f"{remarks[:24]}… ({len(remarks)} characters)"
        declared += f", with the remark “{short}”"
    return declared


def _refusal(telling: Telling, step: Row) -> Iterator[Md]:
    if "refused" not in step:
        return
    says = telling.refusal(step)
    cited = step.get("rule") in telling.book.law.rules
    rule = Md(" ({})").format(rule_links([str(step["rule"])])) if cited else ""
    parts = (strong("Refused"), code(str(step["refused"])), rule, f": {sentence(says)}" if says else ".")
    yield Md("{}, {}{}{}").format(*parts)
