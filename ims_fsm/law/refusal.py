"""What a decision says: that a trigger may fire, or every rule that refuses it, with its sentence and remedy.

Imports the declaration and the errors; decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.declaration import GuardDeclaration

NO_TRANSITION = "no_transition"

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


class _Fields(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return FIELDS[name]


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
        return any(own == rule or own.startswith(f"{rule}.") for own in self.rules)

    def sentence(self, fields: Mapping[str, str] | None = None) -> str:
        """Return what happened to what, with the fields filled in."""
        text = self.says.format_map(_Fields(fields or {}))
        return text[0].upper() + text[1:]

    def advice(self, fields: Mapping[str, str] | None = None) -> str:
        """Return the remedy, with the fields filled in."""
        return self.remedy.format_map(_Fields(fields or {}))


@dataclass(frozen=True, slots=True)
class Allowed:
    """The trigger may fire: the state it leads to and the rules that carry it. Truthy."""

    dest: str
    rules: tuple[str, ...]

    def __bool__(self) -> bool:
        """Allowed is true."""
        return True


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


class TransitionRefusedError(ImsFsmError):
    """A trigger was refused and nothing changed; carries every refusal, in the order of declaration.

    `code` is that of the first refusal; `fields` fill in the sentences, and `record` is their document.
    """

    def __init__(
        self, machine: str, state: str, trigger: str, refusals: tuple[Refusal, ...], fields: Mapping[str, str]
    ) -> None:
        """Keep what was asked of which machine, and every refusal."""
        self.machine = machine
        self.state = state
        self.trigger = trigger
        self.refusals = refusals
        self.fields = fields
        self.record = fields.get("document", FIELDS["document"])
        self.code = refusals[0].code
        super().__init__(machine, state, trigger, refusals, fields)

    def __str__(self) -> str:
        """Show a sentence for each refusal: what happened to what, the rule, the remedy."""
        return "\n".join(
            f"{refusal.sentence(self.fields)} (rule {refusal.rule}); {refusal.advice(self.fields)}"
            for refusal in self.refusals
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the error with every refusal's code, citations, sentence and remedy."""
        refusals = [
            {
                "code": refusal.code,
                "rule": refusal.rule,
                "see": list(refusal.see),
                "message": refusal.sentence(self.fields),
                "remedy": refusal.advice(self.fields),
            }
            for refusal in self.refusals
        ]
        asked = {"machine": self.machine, "record": self.record, "state": self.state, "trigger": self.trigger}
        return {**super().as_dict(), **asked, "refusals": refusals}
