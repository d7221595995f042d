"""The rows of working papers about what was done and by whom: actions, sign-offs, refusals, add-backs, seals, the law.

Imports the logs; reads only.
"""

from __future__ import annotations

import json
from datetime import date, datetime

from ims_fsm.record.log import TransitionEntry, detail_in_words
from ims_fsm.record.paper import Cell
from ims_fsm.record.record import Record
from ims_fsm.store import log, returns, seals
from ims_fsm.store import papers as store
from ims_fsm.store import settings as kept
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.period import midnight
from ims_fsm.terms.vocabulary import Filing, Trigger
from ims_fsm.workflow.papers.material import Material, Rows, heads, moment, words
from ims_fsm.workflow.signoff import steps
from ims_fsm.workflow.signoff.steps import Signoff


def every_step(of: Material) -> Rows:
    """Give the steps of the records that concern the period, in the order of events."""
    newest = next(reversed(seals.seals_of(of.unit.connection, of.recipient)), None)
    for step, record in of.with_records(store.steps(of.unit.connection, of.recipient, of.period), "record_id"):
        of.listed["steps"] += 1
        of.listed["unsealed"] += newest is None or step.recorded_at > newest.recorded_at
        if record is not None and step.trigger == Trigger.FREEZE and record.settled_in == of.period:
            of.listed["added back by steps"] += _added(step)
        yield {
            "at": moment(step.at),
            **({} if record is None else of.named(record)),
            "trigger": words(step.trigger),
            "source": words(step.source),
            "dest": words(step.dest),
            "actor": step.actor,
            "rules": ", ".join(step.rules),
            "detail": detail_in_words(step.detail),
            "recorded": moment(step.recorded_at) if step.is_apart else None,
            "backdate": step.backdate,
        }


def _added(step: TransitionEntry) -> int:
    added = json.loads(step.detail or "{}").get("added_back", {})
    return sum(added.get(head, 0) for head in HEADS)


def every_signoff(of: Material) -> Rows:
    """Give the steps of the sign-offs that are about any of these records."""
    for signoff in steps.listed(of.unit, of.recipient, (), None):
        ids = [proposal.record_id for proposal in signoff.proposals if proposal.record_id is not None]
        if store.concerns(of.unit.connection, of.recipient, of.period, ids):
            yield from _signoff(of, signoff)


def _signoff(of: Material, signoff: Signoff) -> Rows:
    # Its first step proposes it.
    about: dict[str, Cell] = {"actions": len(signoff.proposals), "cursor": signoff.cursor, "key": signoff.case.key}
    for step in log.history(of.unit.connection, of.recipient, signoff.id):
        yield {
            "signoff": signoff.id,
            "at": moment(step.at),
            "trigger": words(step.trigger),
            "source": words(step.source),
            "dest": words(step.dest),
            "actor": step.actor,
            "detail": detail_in_words(step.detail),
            **about,
        }
        about = {}


def refusals(of: Material) -> Rows:
    """Give the calls that were refused or failed while the period was open."""
    until = of.view.two_b.filed_at or of.unit.now
    for row in store.refusals(of.unit.connection, of.recipient, _since(of), until):
        refusals = json.loads(row["detail"]).get("refusals", ())
        yield {
            "at": moment(row["at"]),
            "actor": row["actor"],
            "call": words(row["use_case"]),
            "trigger": words(row["trigger"] or ""),
            "subject": row["subject"],
            "outcome": words(row["outcome"]),
            "rules": ", ".join(row["rules"].split()),
            "says": "; ".join(refusal["sentence"] for refusal in refusals),
        }


def _since(of: Material) -> datetime:
    """Return the first instant of the tax period: a quarter ends with its month."""
    quarterly = of.unit.filing_of(of.recipient) is Filing.QUARTERLY
    first = of.period.plus(-2) if quarterly else of.period
    return midnight(date(first.year, first.month, 1))


def added_back(of: Material) -> Rows:
    """Give what the GSTR-3B of the period added back to suppliers."""
    owed = store.added_back(of.unit.connection, of.recipient, of.period)
    for liability, record in of.with_records(owed, "record_id"):
        of.listed["added back"] += liability.tax.total
        yield {
            **_named(of, record, liability.record_id),
            "supplier": liability.supplier,
            "period": str(liability.supplier_period),
            "at": moment(liability.at),
            **heads(liability.tax),
        }


def _named(of: Material, record: Record | None, record_id: int) -> dict[str, Cell]:
    return {"record": record_id} if record is None else of.named(record)


def liabilities(of: Material) -> Rows:
    """Give what was added back to the taxpayer as a supplier, for the period."""
    for owed in returns.liabilities(of.unit.connection, of.recipient, of.period):
        cells: dict[str, Cell] = {"recipient": owed.recipient, "record": owed.record_id, "at": moment(owed.at)}
        yield {**cells, "period": str(owed.recipient_period), **heads(owed.tax)}


def settings(of: Material) -> Rows:
    """Give what was ever set for the recipient, oldest first."""
    for setting in kept.history(of.unit.connection, of.recipient):
        cells: dict[str, Cell] = {"number": setting.number, "at": moment(setting.at), "kind": setting.kind}
        said = {"name": setting.name, "actor": setting.actor, "reason": setting.reason}
        yield {**cells, **said, "fingerprint": setting.fingerprint}


def every_seal(of: Material) -> Rows:
    """Give the seals of the recipient's log, oldest first."""
    for seal in seals.seals_of(of.unit.connection, of.recipient):
        cells: dict[str, Cell] = {"number": seal.number, "at": moment(seal.at), "actor": seal.actor, "size": seal.size}
        yield {**cells, "digest": seal.digest, "signed": "yes" if seal.signatures else "no"}


def law(of: Material) -> Rows:
    """Give the machines with what they decide by, by name."""
    for name, machine in sorted(of.unit.book.law.machines.items()):
        rule_set = machine.at(of.period).rule_set.id
        version = str(machine.declaration.version)
        yield {"machine": words(name), "version": version, "rule_set": rule_set, "fingerprint": machine.fingerprint}
