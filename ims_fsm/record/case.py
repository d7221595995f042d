"""A case: a thing of a host that moves by a declared machine, as a value; and what the law is asked of it by.

Imports the law and the values that it shares with records; runs no statement.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from ims_fsm.law.declaration import ENTRY, OPENED
from ims_fsm.law.edition import Edition, Machine
from ims_fsm.law.facts import Facts
from ims_fsm.law.refusal import Refusal, Refused
from ims_fsm.record.log import Content, TransitionEntry
from ims_fsm.record.moments import newest
from ims_fsm.record.refusals import DATED_BACK
from ims_fsm.terms.period import TaxPeriod, moment_in_words

#: What the log says beside a step of a case: facts that do not stay with it, and of the first its key and period.
FACTS, KEY, PERIOD, REMARKS = "facts", "key", "period", "remarks"
#: What takes a case over to another declaration of its machine: a trigger that no machine declares, as `OPENED` where
#: no transition comes from `[*]`.
CARRIED = "carry_over"
STALE, OVER = "stale_version", "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case, whole and immutable. Moments are aware and in UTC."""

    #: Its number in the store, which no record has either.
    id: int
    #: Whose it is: the owner of the desk at which it was opened.
    owner: str
    #: The declared machine that governs it, and the id of the declaration that it was last written under.
    machine: str
    declaration_id: int
    #: What its host knows it by: no other case of this owner and machine has it.
    key: str
    #: The month that chooses the edition of the law.
    period: TaxPeriod
    #: Where it stands now, and the number of its steps; the first opened it.
    state: str
    seq: int
    #: The facts that stay with it; what it lacks takes the declared default.
    facts: Mapping[str, str]
    #: How many sets of facts it has had, and the SHA-256 of the newest.
    contents: int
    content_hash: str
    opened_at: datetime
    #: The newest moment in its log: nothing is dated before it (docs/adr/0019).
    last_at: datetime

    @property
    def version(self) -> int:
        """Its version: each step makes one."""
        return self.seq

    def with_facts(self, given: Mapping[str, str]) -> Case:
        """Return a copy that these facts stay with too; itself where they say nothing new."""
        facts = {**self.facts, **given}
        if facts == self.facts:
            return self
        return replace(self, facts=facts, contents=self.contents + 1, content_hash=hash_of(facts))

    def stepped(self, at: datetime, **changes: Any) -> Case:
        """Return a copy as a step of its log at a moment leaves it, with the named fields changed."""
        return replace(self, seq=self.seq + 1, last_at=newest(self.last_at, at), **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHistory:
    """Everything that was ever done to a case: its steps, the first of which opened it, and the facts it has had."""

    case: Case
    transitions: Sequence[TransitionEntry]
    #: Each set of facts that stayed with it, with who brought it and when.
    contents: Sequence[Content]


def written(facts: Mapping[str, str]) -> str:
    """Return facts as the store keeps them: JSON by name."""
    return json.dumps(dict(facts), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(facts: Mapping[str, str]) -> str:
    """Return the SHA-256 (64 hex digits) of facts as the store keeps them."""
    return digest_of(written(facts))


def digest_of(text: str) -> str:
    """Return the SHA-256 (64 hex digits) of facts that are written already."""
    return sha256(text.encode()).hexdigest()


def facts_of(machine: Machine, *layers: Mapping[str, str]) -> Facts:
    """Return the facts that a case is decided by: what a later layer says goes before, what none says is the default.

    Raises `InputError` for what the machine has no fact or value for.
    """
    return machine.schema.facts({name: value for layer in layers for name, value in layer.items()})


def label(machine: Machine, key: str) -> str:
    """Return a case for a sentence: "leave request LR-17"."""
    title = machine.title
    return f"{title[0].lower() if title[1:2].islower() else title[0]}{title[1:]} {key}"


def fields_of(case: Case, machine: Machine, at: datetime) -> dict[str, str]:
    """Return the fields that sentences about a case may name; `at` is the moment at which it is asked about."""
    moments = {"at": moment_in_words(at), "last_at": moment_in_words(case.last_at)}
    return {"document": label(machine, case.key), "period": case.period, "recipient": case.owner, **moments}


def entry_of(edition: Edition) -> tuple[str, str, tuple[str, ...]]:
    """Return the trigger that opens a case, the state that it begins in, and the rules that carry it."""
    for move in edition.transitions:
        if ENTRY in move.source:
            return move.trigger, move.dest, move.rules
    return OPENED, edition.initial, edition.states[edition.initial].rules


def moved_since(case: Case, edition: Edition) -> Refused:
    """Return the refusal of a step that was chosen on an earlier version of a case."""
    says = "{document} has changed since this was chosen"
    return _refused(case, edition, STALE, says, "look at it again, and choose by what it says now")


def out_of_turn(case: Case, edition: Edition) -> Refused:
    """Return the refusal of a step that would be dated before those in a case's log (docs/adr/0019)."""
    says = "{document} has a step of {last_at}, and this one would be dated {at}: time would run backwards in its log"
    remedy = "fire it at a moment after that, or give the reason why it is dated back (backdate)"
    return _refused(case, edition, DATED_BACK, says, remedy)


def over(case: Case, edition: Edition) -> Refused:
    """Return the refusal of a step of a case that came to its end under an earlier declaration, whose edition it is."""
    says = "{document} came to its end under an earlier declaration of its machine, and nothing moves it any more"
    return _refused(case, edition, OVER, says, "open another")


def _refused(case: Case, edition: Edition, code: str, says: str, remedy: str) -> Refused:
    # As for a trigger that leads nowhere, the rules are those of where it stands.
    rule, *see = edition.states[case.state].rules
    return Refused((Refusal("log", code, rule, tuple(see), says, remedy),))
