"""The shape of what `machines/` declares: facts, machines, guards, rules. Plain frozen values, nothing computed.

Must not import pydantic, which reads these shapes where something is read anew (`law.reading`) and takes longer to
load than the law; reads no file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from typing import Annotated, Any, ClassVar, Literal, dataclass_transform

from ims_fsm.terms.period import TaxPeriod

ENTRY = "[*]"
#: What opens a case, whatever its machine calls it.
OPENED = "open"
STATE = "state"


class Shape:
    """What a value must be besides its type, in the words of pydantic's schemas; `before` and `after` are called."""

    def __init__(
        self,
        *,
        before: Callable[[Any], object] | None = None,
        after: Callable[[Any], object] | None = None,
        **limits: object,
    ) -> None:
        """Keep the limits, like `pattern` and `min_length`."""
        self._limits = limits
        self._calls = {"function-before": before, "function-after": after}

    def __get_pydantic_core_schema__(self, source: object, handler: Callable[[object], dict[str, Any]]) -> object:
        """Have pydantic hold it."""
        schema = handler(source) | self._limits
        for kind, function in self._calls.items():
            if function is not None:
                schema = {"type": kind, "function": {"type": "no-info", "function": function}, "schema": schema}
        return schema


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Name = Annotated[str, Shape(pattern=r"^[a-z][a-z0-9_]*$")]
Source = Annotated[str, Shape(pattern=r"^([a-z][a-z0-9_]*|\[\*\])$")]
RuleId = Annotated[str, Shape(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_-]+)*$")]
RuleIds = Annotated[tuple[RuleId, ...], Shape(before=_as_tuple, min_length=1)]
Sentence = Annotated[str, Shape(min_length=3)]
Values = Annotated[tuple[str, ...], Shape(before=_as_tuple, min_length=1)]
Actor = Name


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Declared:
    """The base of every declared thing: a frozen dataclass by keywords; where it is read an unknown key is refused."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = {"extra": "forbid"}
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    _names: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[Mapping[str, object]] = {}

    def __init_subclass__(cls) -> None:
        """Make each declared thing a dataclass whose methods are those below: compiling its own would take longer."""
        super().__init_subclass__()
        dataclass(kw_only=True, init=False, repr=False, eq=False)(cls)
        cls._names = tuple(part.name for part in fields(cls))
        cls._defaults = {
            part.name: part.default if part.default_factory is MISSING else part.default_factory()
            for part in fields(cls)
            if (part.default, part.default_factory) != (MISSING, MISSING)
        }

    @classmethod
    def needed(cls) -> frozenset[str]:
        """Return the keys that must be written."""
        return frozenset(cls._names) - cls._defaults.keys()

    def __init__(self, **given: Any) -> None:
        """Keep the fields as they are given, unchecked; `law.reading` checks what is read."""
        vars(self).update({**self._defaults, **given})

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse it."""
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __eq__(self, other: object) -> bool:
        """Two are equal when they declare the same."""
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        """Hash by the fields."""
        return hash(tuple(vars(self)[name] for name in self._names))

    def __repr__(self) -> str:
        """Show the fields."""
        return f"{type(self).__name__}({', '.join(f'{name}={vars(self)[name]!r}' for name in self._names)})"


class Dated(Declared):
    """Something that holds for records whose 2B period lies in `since` to `until`, both included."""

    since: TaxPeriod | None = None
    until: TaxPeriod | None = None

    def holds_at(self, period: TaxPeriod) -> bool:
        """Say whether it is in force for a record of this 2B period."""
        return (self.since is None or self.since <= period) and (self.until is None or period <= self.until)


class FactDeclaration(Declared):
    """A fact that guards may read: its closed set of values, each with its sentence.

    Two sorts are about who acts, and nobody gives them: `role` asks whether they act in it, `same_actor_as` whether
    they have fired one of these triggers on the same case. Where `said_by` names triggers, it is given with these
    alone; "open" is what opens a case.
    """

    name: Name
    says: Sentence
    values: Annotated[dict[Name, Sentence], Shape(min_length=2)]
    default: Name
    role: Name | None = None
    same_actor_as: Values | tuple[()] = ()
    said_by: Values | tuple[()] = ()


class RoleDeclaration(Declared):
    """A role in which people or programs act; triggers may be kept to it, and guards may read the fact of it."""

    name: Name
    says: Sentence

    @property
    def fact(self) -> FactDeclaration:
        """The fact whether whoever acts does so in this role."""
        return role_fact(self.name)


OF_ROLE, HELD, LACKING = "role_", "held", "lacking"


def role_fact(role: str) -> FactDeclaration:
    """Return the fact whether whoever acts does so in a role."""
    return FactDeclaration(
        name=f"{OF_ROLE}{role}",
        says=f"whether whoever acts does so in the role {role}",
        values={HELD: "they do", LACKING: "they do not"},
        default=HELD,
        role=role,
    )


class StateDeclaration(Declared):
    """A state with its sentence; a terminal one is never left."""

    name: Name
    title: Sentence
    says: Sentence
    rules: RuleIds
    terminal: bool = False


class TriggerDeclaration(Declared):
    """What moves a machine, and who does it; `also` who else does.

    Where it names `roles`, only who acts in one of them may fire it.
    """

    name: Name
    actor: Actor
    also: tuple[Actor, ...] = ()
    says: Sentence
    roles: tuple[Name, ...] = ()


class TransitionDeclaration(Dated):
    """From any of the sources to dest, by the trigger; `[*]` is the source of what comes into being."""

    trigger: Name
    source: Annotated[tuple[Source, ...], Shape(before=_as_tuple, min_length=1)]
    dest: Name
    rules: RuleIds


class GuardDeclaration(Dated):
    """Refuses the triggers it watches when all the facts it names have one of the values it names.

    `rule` is the citation, `see` further ones; `says` and `remedy` are sentences with named fields.
    """

    name: Name
    triggers: Annotated[tuple[Name, ...], Shape(before=_as_tuple, min_length=1)]
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
    values: dict[Name, Values] = field(default_factory=dict)
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


class PermitDeclaration(Declared):
    """Which roles may fire some triggers of a machine, or of all machines that extend it."""

    machine: Name
    triggers: Annotated[tuple[Name, ...], Shape(min_length=1)]
    roles: Annotated[tuple[Name, ...], Shape(min_length=1)]


class RolesDeclaration(Declared):
    """A house's roles, and the triggers that it keeps to them: a file that is laid over the machines."""

    role: Annotated[tuple[RoleDeclaration, ...], Shape(min_length=1)]
    permit: Annotated[tuple[PermitDeclaration, ...], Shape(min_length=1)]


class UseCaseDeclaration(Declared):
    """Something people or the clock do with records and returns that is not a single transition."""

    name: Name
    actor: Actor
    says: Sentence
    rules: RuleIds


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
    against: Annotated[tuple[CounterDeclaration, ...], Shape(min_length=1)]
    instead: tuple[RuleId, ...] = ()


class LawDeclaration(Declared):
    """Everything that the files of machines and their lists declare, by name; `cited_by` holds who cites a rule."""

    sources: dict[str, SourceDeclaration]
    rule_sets: tuple[RuleSetDeclaration, ...]
    rules: dict[str, RuleDeclaration]
    facts: dict[str, FactDeclaration]
    machines: dict[str, MachineDeclaration]
    use_cases: dict[str, UseCaseDeclaration]
    claims: dict[str, ClaimDeclaration]
    roles: dict[str, RoleDeclaration] = field(default_factory=dict)
    cited_by: dict[str, tuple[str, ...]]
