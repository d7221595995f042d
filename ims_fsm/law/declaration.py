"""The shape of what `machines/` declares: facts, machines, guards, rules. Frozen pydantic models, nothing computed.

Imports pydantic alone; reads no file.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

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
    """What moves a machine, and who does it."""

    name: Name
    actor: Actor
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
