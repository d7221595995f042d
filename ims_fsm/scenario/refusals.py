"""Whether a refusal is the one that a step expects, and the sentences where it is not.

Imports the refusal as the workflow tells it; runs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ims_fsm.record.refusals import Told

Failure = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A refusal that is expected; what is None may be anything."""

    code: str | None = None
    rule: str | None = None

    def met_by(self, refusal: Told) -> bool:
        """Say whether this one refusal has the code and cites the rule, or anything below it."""
        return self.code in {None, refusal.code} and (self.rule is None or refusal.cites(self.rule))

    def __str__(self) -> str:
        """Show what is expected."""
        code, rule = (f" with {self.code}" if self.code else "", f" citing {self.rule}" if self.rule else "")
        return f"refused{code}{rule}"


def judged(what: str, refusals: Sequence[Told], wanted: Wanted | None) -> Failure | None:
    """Compare what happened to `what` with the refusal expected of it (None: that it is allowed).

    Returns what was expected and what happened, or None where they agree.
    """
    if wanted is None and not refusals:
        return None
    if wanted is not None and any(wanted.met_by(refusal) for refusal in refusals):
        return None
    happened = f"it was refused with {in_a_line(refusals)}" if refusals else "it was allowed"
    return f"{what} to be {wanted or 'allowed'}", happened


def in_a_line(refusals: Sequence[Told]) -> str:
    """Return refusals in one line: the code, the rules and the sentence of each."""
    cited = (f" ({', '.join(refusal.rules)})" if refusal.rules else "" for refusal in refusals)
    parts = (f"{refusal.code}{rules}: {refusal.sentence}" for refusal, rules in zip(refusals, cited, strict=True))
    return "; and ".join(parts)
