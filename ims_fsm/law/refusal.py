"""What a decision says: a trigger may fire, or every rule that refuses it; and the guards compiled to find those rules.

Imports the declaration alone; no framework.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ims_fsm.law.declaration import STATE, GuardDeclaration

NO_TRANSITION = "no_transition"


def cites(rules: Iterable[str], rule: str) -> bool:
    """Say whether one of the citations is this rule or one below it ("faq.11" is met by "faq.11.a")."""
    return any(cited == rule or cited.startswith(f"{rule}.") for cited in rules)


# A sentence may name these; what a caller does not give reads as the word here.
FIELDS: Mapping[str, str] = {
    "document": "this record",
    "a_document": "such a document",
    "original": "its original",
    "form": "its form",
    "period": "its 2B period",
    "previous": "the previous tax period",
    "quarter": "the quarter's last month",
    "recipient": "this recipient",
    "recipient_kind": "other",
    "removed_for": "it was removed",
    "deadline": "the due date of GSTR-3B of the next tax period",
    "full_reduction": "what the document takes away",
    "two_b_opens": "the day on which GSTR-2B is drafted",
    "opens_on": "the day on which it opened",
    "remarks_limit": "the portal's number of",
    "declaration_from": "the portal's own date",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule's refusal: the guard, its code, its citation and further ones, its sentence and remedy.

    `says` and `remedy` hold named fields; `sentence` and `advice` fill them in.
    """

    guard: str
    code: str
    rule: str
    see: tuple[str, ...]
    says: str
    remedy: str

    @classmethod
    def by(cls, guard: GuardDeclaration) -> Refusal:
        """Return the refusal that a declared guard gives."""
        return cls(guard.name, guard.code, guard.rule, guard.see, guard.says, guard.remedy)

    @property
    def rules(self) -> tuple[str, ...]:
        """The citation and the further ones."""
        return (self.rule, *self.see)

    def cites(self, rule: str) -> bool:
        """Say whether it cites this rule or anything below it ("faq.11" is met by "faq.11.a")."""
        return cites(self.rules, rule)

    def sentence(self, fields: Mapping[str, str] | None = None) -> str:
        """Return what happened to what, with the fields filled in."""
        text = self.says.format_map({**FIELDS, **(fields or {})})
        return text[0].upper() + text[1:]

    def advice(self, fields: Mapping[str, str] | None = None) -> str:
        """Return the remedy, with the fields filled in."""
        return self.remedy.format_map({**FIELDS, **(fields or {})})


@dataclass(frozen=True, slots=True)
class Allowed:
    """The trigger may fire: the state it leads to and the rules that carry it. Truthy."""

    dest: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """The trigger may not fire: every refusal, in the order of declaration. Falsy."""

    refusals: tuple[Refusal, ...]

    def __bool__(self) -> bool:
        """Refused is false."""
        return False

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the refusals, each once, in order."""
        return tuple(dict.fromkeys(refusal.code for refusal in self.refusals))


Decision = Allowed | Refused


class Watch:
    """The guards on one trigger as a set of bits, a bit for each guard in order of declaration.

    A state, and each value of a fact, lets some of them refuse; those that all of them let refuse do.
    """

    def __init__(self, guards: Sequence[GuardDeclaration], names: Sequence[str]) -> None:
        """Compile the guards on a trigger; `names` are the facts in the order in which a row holds them."""
        self.refusals = tuple(Refusal.by(guard) for guard in guards)
        self._bits = tuple((1 << number, refusal) for number, refusal in enumerate(self.refusals))
        self._in_state = _lets(STATE, guards)
        read = {fact for guard in guards for fact in guard.refuse_when}
        self._facts = tuple((at, *_lets(fact, guards)) for at, fact in enumerate(names) if fact in read)

    def refusing(self, state: str, row: Sequence[str]) -> tuple[Refusal, ...]:
        """Return the refusals in a state under a row of facts, in the order of declaration."""
        by_state, otherwise = self._in_state
        left = by_state.get(state, otherwise)
        for at, by_value, otherwise in self._facts:
            left &= by_value.get(row[at], otherwise)
            if not left:
                return ()
        return tuple([refusal for bit, refusal in self._bits if left & bit])


def _lets(fact: str, guards: Sequence[GuardDeclaration]) -> tuple[dict[str, int], int]:
    """Return which guards each value of a fact (or state) lets refuse, and which any value not named by one does."""
    any_value = _bits(fact not in guard.refuse_when for guard in guards)
    named = {value for guard in guards for value in guard.refuse_when.get(fact, ())}
    return {v: any_value | _bits(v in guard.refuse_when.get(fact, ()) for guard in guards) for v in named}, any_value


def _bits(chosen: Iterable[bool]) -> int:
    return sum(1 << number for number, chooses in enumerate(chosen) if chooses)
