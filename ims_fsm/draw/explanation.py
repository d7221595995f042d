"""What a trigger comes to, and what a rule says, as values: who explains the law prints or sends them.

Imports the law and the table of transitions; decides about no record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ims_fsm.draw.tables import transition_table
from ims_fsm.law.book import LawBook
from ims_fsm.law.decision import decide
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import Allowed, Refusal
from ims_fsm.law.register import Law
from ims_fsm.terms.period import TaxPeriod


def edition_of(law: Law, machine: str, period: TaxPeriod | None = None) -> Edition:
    """Return a machine under the rule set of a 2B period, by default the newest; raises `InputError` for no machine."""
    versions = law.machine(machine)
    return versions.edition if period is None else versions.at(period)


def explained(book: LawBook, edition: Edition, trigger: str) -> dict[str, Any]:
    """Return where a trigger leads, and what refuses it; raises `InputError` for a trigger that there is not."""
    guards = [guard for guard in edition.guards if trigger in guard.triggers]
    return {
        "edition": edition,
        "trigger": trigger,
        "transitions": [row for row in transition_table(edition, trigger) if row.dest],
        "guards": [{"declared": guard, **_in_words(book, Refusal.by(guard))} for guard in guards],
    }


def first_state(edition: Edition, trigger: str) -> str:
    """Return the state in which a trigger is decided if none is named: the initial one if it leads anywhere."""
    if edition.transition(edition.initial, trigger):
        return edition.initial
    sources = (move.source[0] for move in edition.transitions if move.trigger == trigger)
    return next(sources, edition.initial)


def decided(
    book: LawBook, edition: Edition, trigger: str, facts: Mapping[str, str], state: str | None = None
) -> dict[str, Any]:
    """Return what the law decides of a trigger with these facts, with the words of every rule; others take the default.

    Raises `InputError` for a fact or a state that there is not.
    """
    law, known_facts = book.law, edition.facts(**facts)
    state = state or first_state(edition, trigger)
    decision = decide(edition, state, trigger, known_facts)
    allowed = decision if isinstance(decision, Allowed) else None
    return {
        "edition": edition,
        "state": state,
        "trigger": trigger,
        "facts": {name: known_facts[name] for name in known_facts if name in edition.watched(trigger)},
        "allowed": allowed is not None,
        "dest": allowed and allowed.dest,
        "rules": [law.rule(rule) for rule in allowed.rules] if allowed else [],
        "refusals": [
            {**_in_words(book, refusal), "rules": [law.rule(rule) for rule in refusal.rules]}
            for refusal in (() if isinstance(decision, Allowed) else decision.refusals)
        ],
    }


def cited(law: Law, rule: str | None = None) -> list[dict[str, Any]]:
    """Return the rules at and below an id, or all, each with what cites it; raises `InputError` for no rule."""
    if rule is not None:
        law.rule(rule)
    asked = [declared for name, declared in law.rules.items() if rule in {None, name} or name.startswith(f"{rule}.")]
    return [{"rule": declared, "cited_by": law.cited_by.get(declared.id, ())} for declared in asked]


def _in_words(book: LawBook, refusal: Refusal) -> dict[str, Any]:
    """Return a refusal with sentence and remedy about no particular record: with the dates of the law, and gaps."""

    def fields(says: str) -> dict[str, str]:
        gaps = {noun: "…" for noun in ("recipient", "period") if f"{noun} {{{noun}}}" in says}
        return {**book.calendar.phrases(), "recipient_kind": "…", **gaps}

    sentence, remedy = refusal.sentence(fields(refusal.says)), refusal.advice(fields(refusal.remedy))
    return {"refusal": refusal, "sentence": sentence, "remedy": remedy}
