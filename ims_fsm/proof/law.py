"""The law of a proof: each step decided again by the declaration that the file carries, under whatever facts allow it.

Imports the law and the entries. A law that somebody made up ends with a sentence too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from math import prod

from ims_fsm.errors import ImsFsmError
from ims_fsm.law.book import shipped_law
from ims_fsm.law.decision import possible
from ims_fsm.law.declaration import ENTRY
from ims_fsm.law.edition import Edition, Machine, kept
from ims_fsm.law.refusal import Allowed
from ims_fsm.proof.entries import BrokenError, Row, json_object
from ims_fsm.proof.proof import Proof
from ims_fsm.proof.statement import Statement
from ims_fsm.record.case import FACTS, PERIOD
from ims_fsm.record.case_replay import Logged, fault_of
from ims_fsm.terms.vocabulary import ACTIVE, Correction, Kind, State

# The shipped law has two rule sets, and half a million situations of one trigger on an amendment.
MOST_RULE_SETS, MOST_SITUATIONS = 50, 1_000_000
_LACKING = "was decided under a law that the file does not have"
Facts = Mapping[str, Sequence[str]]
# What an action names is as it stood, for it was looked at then; what a document that amends nothing is by itself.
_STOOD: Facts = {"seen": ("current",), "carrier": ("fits",), "identity": ("new",), "amendment_limit": ("open",)}
_ORIGINAL: Facts = {"original": ("none",), "same_period": ("yes",), "direction": ("original",)}


def of_the_law(proof: Proof, steps: Sequence[Row]) -> Iterator[Statement]:
    """Give whether the file carries the law of each step, and whether that law leads where the step did."""
    laws = {sha256(text.encode(errors="surrogatepass")).hexdigest(): text for text in proof.laws}
    machines = {fingerprint: _machine(laws.get(fingerprint)) for fingerprint in {row["declaration"] for row in steps}}
    for fingerprint, machine in sorted(machines.items()):
        yield _of_the_declaration(fingerprint, machine)
    if steps and steps[0]["source"] == ENTRY:
        yield from _of_a_case(proof, steps, machines)
        return
    documents = [_document(text) for text in proof.contents]
    source = str(State.NO_ACTION)
    for row in steps:
        if row["source"] != source:
            yield Statement(f"Step {row['seq']} leaves from {row['source']}, and the record was {source}.", holds=False)
        source, number = row["dest"], row.get("content_number")
        document = documents[number - 1] if type(number) is int and 0 < number <= len(documents) else None
        fault = _fault(row, machines[row["declaration"]], document)
        moved = f"Step {row['seq']}, {row['trigger']} from {row['source']} to {row['dest']} by {' '.join(row['rules'])}"
        yield Statement(f"{moved}, {fault or 'is what the law says'}.", holds=fault is None)


def _of_a_case(proof: Proof, steps: Sequence[Row], machines: Mapping[str, Machine | None]) -> Iterator[Statement]:
    """Give whether the law of each step of a case leads where the step did, on the facts that it was decided on."""
    opening, source = _said(steps[0]), ENTRY
    for row in steps:
        machine, number, passing = machines[row["declaration"]], row.get("content_number"), _said(row).get(FACTS)
        content = proof.contents[number - 1] if type(number) is int and 0 < number <= len(proof.contents) else None
        if row["source"] != source:
            yield Statement(f"Step {row['seq']} leaves from {row['source']}, and the case was {source}.", holds=False)
        source, rules = row["dest"], " ".join(row["rules"])
        leads = (row["trigger"], row["source"], row["dest"], rules, content, json.dumps(passing or {}))
        step = Logged(str(opening.get(PERIOD)), *leads)
        fault = _LACKING if machine is None or machine.name != row["machine"] else fault_of(step, machine)
        moved = f"Step {row['seq']}, {row['trigger']} from {row['source']} to {row['dest']} by {rules}"
        yield Statement(f"{moved}, {fault or 'is what the law says of its facts'}.", holds=fault is None)


def _said(row: Row) -> Mapping[str, object]:
    try:
        return json_object(str(row.get("detail") or "{}"), "a detail")
    except BrokenError:
        return {}


def _machine(text: str | None) -> Machine | None:
    try:
        machine = None if text is None else kept(text)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return machine if machine is None or len(machine.rule_sets) <= MOST_RULE_SETS else None


def _of_the_declaration(fingerprint: str, machine: Machine | None) -> Statement:
    if machine is None:
        return Statement(f"The file has no law with the fingerprint {fingerprint}.", holds=False)
    ours = shipped_law().machines.get(machine.name)
    same = ours is not None and ours.fingerprint == fingerprint
    as_shipped = "as this version ships it" if same else "which this version does not ship: read it in the file"
    return Statement(f"The law is the declaration {machine.name}, {as_shipped}.", holds=True if same else None)


def _document(text: str) -> tuple[str, bool] | None:
    """Return the machine of a content, and whether it amends another; None for what is no content."""
    try:
        content = json_object(text, "a content")
    except BrokenError:
        return None
    kind, amends = str(content.get("kind")), content.get("amends") is not None
    return (f"{kind}_amendment" if amends and kind != Kind.BILL_OF_ENTRY else kind), amends


def _fault(row: Row, machine: Machine | None, document: tuple[str, bool] | None) -> str | None:
    """Return what is wrong with a step; None where the declaration allows it under some facts."""
    if machine is None or machine.name != row["machine"]:
        return _LACKING
    if document is None or document[0] != machine.name:
        return f"was decided by the machine {machine.name}, which is not that of its content"
    trigger, source, dest = row["trigger"], row["source"], row["dest"]
    if trigger in set(Correction):
        restored = trigger == Correction.RESTORE and source == State.REMOVED
        return None if dest in ACTIVE and (restored or dest == source) else "corrects nothing"
    try:
        return _refused(machine, row, _STOOD if document[1] else {**_STOOD, **_ORIGINAL})
    except (ValueError, LookupError, TypeError, AttributeError, ImsFsmError):
        return "was decided under a law that cannot be read"


def _refused(machine: Machine, row: Row, facts: Facts) -> str | None:
    trigger, source, leads = row["trigger"], row["source"], (row["dest"], tuple(row["rules"]))
    moves = [(edition, edition.transition(source, trigger)) for edition in machine.editions.values()]
    taken = [edition for edition, move in moves if move is not None and (move.dest, tuple(move.rules)) == leads]
    if not taken:
        return "is a transition that the law does not have"
    # What the portal shows has happened; guards say what may be done, not what was.
    if '"shown_by"' in str(row.get("detail")):
        return None
    if any(_situations(edition, trigger) > MOST_SITUATIONS for edition in taken):
        return "is a transition with more situations than are looked at"
    if any(isinstance(possible(edition, source, trigger, facts), Allowed) for edition in taken):
        return None
    return "is a transition that the law refuses, whatever the facts were"


def _situations(edition: Edition, trigger: str) -> int:
    watched, schema = edition.watched(trigger), edition.schema
    return prod(len(values) for name, values in zip(schema.names, schema.values, strict=True) if name in watched)
