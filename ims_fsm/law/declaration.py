"""The shape of what `machines/` declares: facts, machines, guards, rules. Frozen pydantic models, nothing computed.

And the words for what is not of the shape. Imports pydantic and the errors; reads no file.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ims_fsm.errors import Problem
from ims_fsm.terms.period import TaxPeriod

ENTRY = "[*]"
STATE = "state"


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_period(value: object) -> object:
    return TaxPeriod(value) if isinstance(value, str) else value


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Source = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*|\[\*\])$")]
RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_-]+)*$")]
Sentence = Annotated[str, Field(min_length=3)]
Period = Annotated[TaxPeriod, BeforeValidator(_as_period), Field(json_schema_extra={"type": "string"})]
Values = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
Actor = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Declared(BaseModel):
    """The base of every declared thing: frozen, and an unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Dated(Declared):
    """Something that holds for records whose 2B period lies in `since` to `until`, both included."""

    since: Period | None = None
    until: Period | None = None

    def holds_at(self, period: TaxPeriod) -> bool:
        """Say whether it is in force for a record of this 2B period."""
        return (self.since is None or self.since <= period) and (self.until is None or period <= self.until)


class FactDeclaration(Declared):
    """A fact that guards may read: its closed set of values, each with its sentence."""

    name: Name
    says: Sentence
    values: dict[Name, Sentence] = Field(min_length=2)
    default: Name


class StateDeclaration(Declared):
    """A state with its sentence; a terminal one is never left."""

    name: Name
    title: Sentence
    says: Sentence
    rules: tuple[RuleId, ...] = Field(min_length=1)
    terminal: bool = False


class TriggerDeclaration(Declared):
    """What moves a machine, and who does it; `also` who else does."""

    name: Name
    actor: Actor
    also: tuple[Actor, ...] = ()
    says: Sentence


class TransitionDeclaration(Dated):
    """From any of the sources to dest, by the trigger; `[*]` is the source of what comes into being."""

    trigger: Name
    source: tuple[Source, ...] = Field(min_length=1)
    dest: Name
    rules: tuple[RuleId, ...] = Field(min_length=1)


class GuardDeclaration(Dated):
    """Refuses the triggers it watches when all the facts it names have one of the values it names.

    `rule` is the citation, `see` further ones; `says` and `remedy` are sentences with named fields.
    """

    name: Name
    triggers: tuple[Name, ...] = Field(min_length=1)
    refuse_when: dict[Name, Values]
    rule: RuleId
    see: tuple[RuleId, ...] = ()
    code: Name
    says: Sentence
    remedy: Sentence

    def watches(self, state: str, trigger: str) -> bool:
        """Say whether the guard may refuse a trigger in a state."""
        return trigger in self.triggers and state in self.refuse_when.get(STATE, (state,))


class MachineDeclaration(Declared):
    """A machine as its file declares it; `extends` takes in everything of another."""

    name: Name
    title: Sentence
    says: Sentence
    version: str
    extends: Name | None = None
    abstract: bool = False
    initial: Name | None = None
    facts: tuple[Name, ...] = ()
    values: dict[Name, Values] = Field(default_factory=dict)
    state: tuple[StateDeclaration, ...] = ()
    trigger: tuple[TriggerDeclaration, ...] = ()
    transition: tuple[TransitionDeclaration, ...] = ()
    guard: tuple[GuardDeclaration, ...] = ()


class SourceDeclaration(Declared):
    """A text that rules are cited from."""

    id: Name
    title: Sentence
    publisher: str = ""
    edition: str = ""
    address: str = ""


class RuleSetDeclaration(Dated):
    """A named edition of the law, chosen by a record's own 2B period; `counts` says what `since` and `until` are."""

    id: str
    title: Sentence
    counts: Sentence = "periods"


class RuleDeclaration(Dated):
    """A citation: where the law says it, and whether a machine models it."""

    id: RuleId
    title: Sentence
    source: Name
    question: str = ""
    quote: str = ""
    status: Literal["modelled", "not_modelled"]
    reason: str = ""
    reading: str = ""
    certainty: Literal["certain", "corroborated", "derived", ""] = ""


class UseCaseDeclaration(Declared):
    """Something people or the clock do with records and returns that is not a single transition."""

    name: Name
    actor: Actor
    says: Sentence
    rules: tuple[RuleId, ...] = Field(min_length=1)


class CounterDeclaration(Declared):
    """A statement that stands against a claim: the source that makes it, and how well it is attested."""

    says: Sentence
    source: Name
    certainty: Literal["certain", "corroborated", "derived"]


class ClaimDeclaration(Declared):
    """What is said of the law and is not law, what stands against it, and the rules that hold instead.

    Those rules are no citation: a claim models nothing.
    """

    name: Name
    says: Sentence
    against: tuple[CounterDeclaration, ...] = Field(min_length=1)
    instead: tuple[RuleId, ...] = ()


def parsed(name: str, text: str, problems: list[Problem]) -> dict[str, Any]:
    """Return a TOML text as a table; a text that is not TOML becomes a problem, and an empty table."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(name, f"is not TOML: {error}", "correct that line"))
        return {}


# What is wrong, and its remedy, by pydantic's type of a fault.
_WORDS = {
    "missing": ("is missing", "add it"),
    "extra_forbidden": ("is not a key here", "remove it or correct its spelling"),
    "model_type": ("is not a table", "write it as a table with its keys"),
    "dict_type": ("is not a table", "write it as a table with its keys"),
    "tuple_type": ("is not a list", "write it in brackets"),
    "too_short": ("is too short", "write at least {min_length}"),
    "string_type": ("is not text", "write it in quotes"),
    "string_too_short": ("is too short", "write it out"),
    "string_pattern_mismatch": ("is not written as it must be", "a name reads like keep_pending, a rule like faq.3"),
}


def faults(
    error: ValidationError, words: Mapping[str, tuple[str, str]], place: str = "", row: object = None
) -> Iterator[Problem]:
    """Give what is not of the shape as problems; `words` are those that its file has beside the usual ones.

    `place` is where the row stands that was read; the innermost entry of it around a fault is named by its name.
    """
    listed = error.errors()
    # pydantic also calls a list too short when its entries have faults: only the innermost fault is one to mend.
    around = {fault["loc"][:depth] for fault in listed for depth in range(len(fault["loc"]))}
    return (_fault(fault, {**_WORDS, **words}, place, row) for fault in listed if fault["loc"] not in around)


def _fault(fault: Mapping[str, Any], words: Mapping[str, tuple[str, str]], within: str, row: object) -> Problem:
    place, value = f"{within} {_place(fault['loc'])}".strip() + _named(row, fault["loc"]), fault["input"]
    if fault["type"] == "value_error":
        what, _, remedy = str(fault["ctx"]["error"]).partition("; ")
        return Problem(place, what, remedy)
    what, remedy = words.get(fault["type"], ("cannot be used", fault["msg"].replace("Input", "it", 1)))
    if fault["type"] not in {"extra_forbidden", "missing"} and not isinstance(value, dict):
        what = f"{written(value)} {what}"
    return Problem(place, what, remedy.format(**fault.get("ctx", {})) if fault["type"] in words else remedy)


def _named(row: object, location: Sequence[str | int]) -> str:
    """Return the name of the innermost entry on the way to a fault, in brackets: a number alone is hard to find."""
    name, here = "", row
    for part in (None, *location):
        if isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        elif part is not None:
            here = here.get(part) if isinstance(here, dict) else None
        if isinstance(here, dict):
            name = str(here.get("name") or here.get("id") or here.get("trigger") or name)
    return f" ({name})" if name else ""


def written(value: object) -> str:
    """Return a value as the file's author wrote it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, dt.date | dt.time) else repr(value)


def _place(steps: Sequence[str | int]) -> str:
    path = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in steps if step != "[key]")
    return path.removeprefix(".")
