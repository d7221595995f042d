"""`explain`: what the law says of a trigger, with its citations, without any database.

Imports Typer and the options; the law when it is run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ims_fsm.cli import options
from ims_fsm.cli.output import counted, emit, say, table
from ims_fsm.terms.period import TaxPeriod

if TYPE_CHECKING:
    from ims_fsm.draw.tables import Row
    from ims_fsm.law.declaration import GuardDeclaration
    from ims_fsm.law.edition import Edition
    from ims_fsm.law.facts import Facts
    from ims_fsm.law.refusal import Decision, Refusal
    from ims_fsm.law.register import Law


def explain(
    machine: Annotated[str, typer.Argument(metavar="MACHINE", help="A declared machine, like credit_note.")],
    trigger: Annotated[str, typer.Argument(metavar="TRIGGER", help="One of its triggers, like keep_pending.")],
    *,
    fact: Annotated[
        list[str] | None, typer.Option("--fact", metavar="NAME=VALUE", help="A fact; may be repeated.")
    ] = None,
    state: Annotated[str | None, typer.Option("--state", help="The state it is asked in.")] = None,
    period: Annotated[
        TaxPeriod | None,
        typer.Option(
            "--period",
            parser=options.tax_period,
            metavar="YYYY-MM",
            help="The record's 2B period, which chooses the rule set.",
        ),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Explain a trigger: where it leads, what refuses it and when; with facts or a state, decide it.

    What is not said of a fact is what stands in the way of nothing.
    """
    from ims_fsm.draw.tables import transition_table
    from ims_fsm.law.loading import shipped_law

    law = shipped_law()
    found = law.machine(machine)
    edition = found.edition if period is None else found.at(period)
    if fact or state:
        facts = edition.facts(**options.pairs(fact or [], "--fact"))
        asked = state or asked_in(edition, trigger)
        from ims_fsm.law.decision import decide

        decision = decide(edition, asked, trigger, facts)
        if as_json:
            emit(_plain_decision(law, edition, asked, trigger, facts, decision))
        else:
            tell_decision(law, edition, asked, trigger, facts, decision)
        return
    rows = transition_table(edition, trigger)
    if as_json:
        emit(_plain_rows(edition, trigger, rows))
    else:
        _tell_rows(edition, trigger, rows)


def asked_in(edition: Edition, trigger: str) -> str:
    """Return the state in which a trigger is asked where none is named: the initial one if it leads anywhere."""
    if edition.transition(edition.initial, trigger):
        return edition.initial
    sources = (move.source[0] for move in edition.transitions if move.trigger == trigger)
    return next(sources, edition.initial)


def tell_decision(law: Law, edition: Edition, state: str, trigger: str, facts: Facts, decision: Decision) -> None:
    """Print a decision with every rule, its quote and its sentence."""
    from ims_fsm.law.refusal import Allowed

    given = ", ".join(f"{name} = {facts[name]}" for name in facts if name in edition.watched(trigger))
    say(f"{edition.machine.title} under {edition.rule_set.id}: {trigger} in {state}", style="bold")
    say(f"where {given}" if given else "no fact matters", indent=2)
    if isinstance(decision, Allowed):
        say("", f"Allowed: it leads to {decision.dest}.")
        for rule in decision.rules:
            _tell_rule(law, rule)
        return
    say("", f"Refused, for {counted(len(decision.refusals), 'reason')}:")
    for refusal in decision.refusals:
        say("", f"{refusal.rule}  {refusal.code}", indent=2, style="bold")
        say(
            f"{refusal.sentence(_fields(refusal.says))}.",
            f"→ {refusal.advice(_fields(refusal.remedy))}.",
            indent=4,
            hang=2,
        )
        for rule in refusal.rules:
            _tell_rule(law, rule)


def _tell_rows(edition: Edition, trigger: str, rows: tuple[Row, ...]) -> None:
    declared = edition.triggers[trigger]
    say(f"{edition.machine.title} under {edition.rule_set.id}: {trigger}", style="bold")
    say(f"{declared.says} (by the {declared.actor})", indent=2)
    moves = [(", ".join(row.sources), row.dest, ", ".join(row.rules)) for row in rows if row.dest]
    if moves:
        table(("from", "to", "rules"), moves, indent=2)
    else:
        say("It leads nowhere.", indent=2)
    guards = [guard for guard in edition.guards if trigger in guard.triggers]
    say("", f"Refused by {counted(len(guards), 'guard')}:" if guards else "Nothing refuses it.")
    for guard in guards:
        when = "; ".join(f"{fact} = {' or '.join(values)}" for fact, values in guard.refuse_when.items())
        say("", f"{guard.rule}  {guard.code}", indent=2, style="bold")
        say(f"when {when}" if when else "always", indent=4)
        refusal = _refusal(guard)
        say(
            f"{refusal.sentence(_fields(refusal.says))}.",
            f"→ {refusal.advice(_fields(refusal.remedy))}.",
            indent=4,
            hang=2,
        )
    for other in edition.machine.rule_sets:
        if other.id != edition.rule_set.id:
            say("", f"Another rule set, {other.id}, governs other 2B periods: --period {other.since or other.until}.")


def _tell_refusal(refusal: Refusal) -> None:
    sentence, remedy = _told(refusal)
    say(f"{sentence}.", f"→ {remedy}.", indent=4, hang=2)


def _told(refusal: Refusal) -> tuple[str, str]:
    return refusal.sentence(_fields(refusal.says)), refusal.advice(_fields(refusal.remedy))


def _refusal(guard: GuardDeclaration) -> Refusal:
    from ims_fsm.law.refusal import Refusal

    return Refusal.by(guard)


def _fields(says: str) -> dict[str, str]:
    """Return what a sentence about no particular record is filled in with: the dates of the law, and gaps."""
    from ims_fsm.law.book import shipped_book

    gaps = {noun: "…" for noun in ("recipient", "period") if f"{noun} {{{noun}}}" in says}
    return {**shipped_book().calendar.phrases(), "recipient_kind": "…", **gaps}


def _tell_rule(law: Law, rule: str) -> None:
    one = law.rule(rule)
    say(f"{rule}: {one.title}", indent=4)
    if one.quote:
        say(f"“{one.quote}”", indent=6, style="dim")


def _cited(law: Law, rules: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"id": rule, "title": law.rule(rule).title, "quote": law.rule(rule).quote} for rule in rules]


def _plain_decision(
    law: Law, edition: Edition, state: str, trigger: str, facts: Facts, decision: Decision
) -> dict[str, Any]:
    from ims_fsm.law.refusal import Allowed

    asked = {
        "machine": edition.name,
        "rule_set": edition.rule_set.id,
        "state": state,
        "trigger": trigger,
        "facts": {name: facts[name] for name in facts if name in edition.watched(trigger)},
    }
    if isinstance(decision, Allowed):
        return {**asked, "allowed": True, "dest": decision.dest, "rules": _cited(law, decision.rules), "refusals": []}
    refused = [
        {
            "guard": refusal.guard,
            "code": refusal.code,
            "rule": refusal.rule,
            **dict(zip(("sentence", "remedy"), _told(refusal), strict=True)),
            "rules": _cited(law, refusal.rules),
        }
        for refusal in decision.refusals
    ]
    return {**asked, "allowed": False, "dest": None, "rules": [], "refusals": refused}


def _plain_rows(edition: Edition, trigger: str, rows: tuple[Row, ...]) -> dict[str, Any]:
    return {
        "machine": edition.name,
        "rule_set": edition.rule_set.id,
        "trigger": trigger,
        "transitions": [
            {"source": list(row.sources), "dest": row.dest, "rules": list(row.rules)} for row in rows if row.dest
        ],
        "guards": [
            {
                "guard": guard.name,
                "code": guard.code,
                "rule": guard.rule,
                "see": list(guard.see),
                "refuse_when": {fact: list(values) for fact, values in guard.refuse_when.items()},
                **dict(zip(("sentence", "remedy"), _told(_refusal(guard)), strict=True)),
            }
            for guard in edition.guards
            if trigger in guard.triggers
        ],
    }
