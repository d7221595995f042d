"""A history as a scenario file: `ims-fsm scenario run` runs it against the engine, beside what the pure code comes to.

Imports the moves and the terms; writes no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from ims_fsm.law.refusal import Refusal
from ims_fsm.record.histories.moves import Chain, Closing, Move, Moves, Step
from ims_fsm.record.histories.setting import BUYER, SELLER, Content, Setting, Station
from ims_fsm.record.scene import Request
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import in_india
from ims_fsm.terms.vocabulary import Filing, State

Table = dict[str, Any]
_MINUTE = timedelta(minutes=1)
_ASKED = {"freeze", "expire", "lapse"}


class Story:
    """A history told step by step: what is done, and after each GSTR-3B and at the end what it comes to."""

    def __init__(self, setting: Setting, steps: Sequence[Step], refusal: Refusal | None = None) -> None:
        """Play the steps through the moves; `refusal` is what the last of them meets, where it is refused."""
        self.setting = setting
        self.documents: dict[str, Document] = {}
        self.tables: list[Table] = []
        self._moves = Moves(setting)
        self._chain, self._closed, self._at = 0, 0, setting.stations[0].at
        self._outcomes: dict[int, str] = {}
        if setting.unknown:
            self.documents["V0"] = setting.document(0, setting.originals[0])
        for number, (station, move) in enumerate(steps, start=1):
            self._do(station, move, refusal if number == len(steps) else None)
        if refusal is None:
            self._expect_records()

    def text(self, title: str, rules: Sequence[str], *comments: str) -> str:
        """Return the scenario's file: TOML, with the comments before it."""
        head = [f"# {line}" for line in comments] + [f"title = {_value(title)}", f"rules = {_value(list(rules))}"]
        return "\n".join([*head, *self._taxpayers(), *self._documents(), *self._steps()]) + "\n"

    # --- playing ------------------------------------------------------------------------------------------------------

    def _do(self, station: Station, move: Move, refusal: Refusal | None) -> None:
        if not self.tables or self._moves.station != station:
            self._moves.go_to(station)
            self._at = in_india(station.at).replace(tzinfo=None)
        step = self._step(move)
        if refusal is not None:
            met = {"refused": refusal.code, "rule": refusal.rule}
            asked = {"document": f"V{move.version}", "trigger": move.verb, "allowed": False}
            # Nobody but the clock and GSTR-3B fires these: they are asked about.
            step = {"expect": asked | met} if move.verb in _ASKED else step | met
        self._add(step)
        if refusal is None:
            self._play(move)

    def _play(self, move: Move) -> None:
        moves, before = self._moves, self._chain
        if move.verb in {"sweep", "generate_2b", "file_3b"}:
            self._chain = moves.ended(self._chain).chain
        else:
            leads = {happening.move: happening.chain for happening in moves.happenings(self._chain)}
            self._chain = leads.get(move, before)
        if move.verb == "file_3b":
            closing = moves.closing(self._chain, self.setting.periods[self._closed])
            if closing.after is not None:
                self._chain = moves.chains.number(closing.after)
                self._expect_return(closing)
                self._closed += 1

    def _step(self, move: Move) -> Table:
        period = self.setting.periods[min(self._closed, len(self.setting.periods) - 1)]
        said: Table = {}
        about: Table = {} if move.verb == "sweep" else {"document": f"V{move.version}"}
        match move.verb:
            case "sweep":
                pass
            case "generate_2b" | "file_3b":
                about, said = {"recipient": "buyer"}, {"period": move.said or period}
            case "save":
                said = self._saved(move)
            case "file":
                record = self._moves.chains[self._chain][move.version - 1]
                about, said = {"supplier": "seller"}, {"form": str(record.form), "period": record.return_period}
            case "edit":
                said = {"changes": {"taxable": "2000.00"}}
            case "state_original":
                said = {"disposition": move.said, "original": f"V{move.version - 1}"}
            case _:
                said = _declared(move.said)
        return {"do": move.verb, **about, **said}

    def _saved(self, move: Move) -> Table:
        if not isinstance(move.said, Content):
            raise TypeError(f"{move} saves nothing; give what the document says")
        record = self._moves.saved(move.version, move.said, self._moves.chains[self._chain])
        self.documents[f"V{move.version}"] = record.document
        return {"form": str(record.form), "period": record.return_period}

    # --- what is expected ---------------------------------------------------------------------------------------------

    def _expect_return(self, closing: Closing) -> None:
        self._outcomes |= {number: str(outcome) for number, outcome in closing.outcomes.items()}
        given, reversed_, back = NIL, NIL, NIL
        for moved in closing.moved.values():
            given, reversed_, back = given + moved.itc, reversed_ + moved.reversal, back + moved.add_back
        expected = {"two_b": "final", "itc_available": _heads(given), "reversal_4b1": _heads(reversed_)}
        self._add({"expect": {"recipient": "buyer", "period": closing.period, **expected}})
        if back:
            supplier = {"supplier": "seller", "period": closing.period.plus(1), "added_back": _heads(back)}
            self._add({"expect": supplier})

    def _expect_records(self) -> None:
        chain: Chain = self._moves.chains[self._chain]
        for record in chain:
            expected: Table = {"document": f"V{record.id}", "state": str(record.state)}
            if record.state is State.FROZEN:
                expected["disposition"] = self._outcomes[record.id]
            self._add({"expect": expected})

    def _add(self, step: Table) -> None:
        self.tables.append({"at": self._at, **step})
        self._at += _MINUTE

    # --- writing ------------------------------------------------------------------------------------------------------

    def _taxpayers(self) -> Iterator[str]:
        setting = self.setting
        buyer: Table = {"name": "buyer", "gstin": BUYER, "kind": str(setting.recipient), "filing": str(setting.filing)}
        seller: Table = {"name": "seller", "gstin": SELLER, "filing": str(Filing.MONTHLY)}
        for taxpayer in (buyer, seller):
            yield from _table("taxpayer", {**taxpayer, "registered_from": setting.first})

    def _documents(self) -> Iterator[str]:
        names = {document.number: name for name, document in self.documents.items()}
        for name, document in self.documents.items():
            entry: Table = {"name": name, "kind": str(document.kind), "supplier": "seller", "recipient": "buyer"}
            entry |= {"number": document.number, "date": document.date}
            entry |= {"taxable": str(Heads(igst=document.taxable).in_rupees()["igst"]), **_heads(document.tax)}
            if document.amends is not None:
                entry["amends"] = names[document.amends.number]
            entry |= {"reverse_charge": True} if document.reverse_charge else {}
            entry |= {"ineligible": document.ineligible} if document.ineligible else {}
            entry |= {"pending_blocked": True} if document.pending_blocked else {}
            yield from _table("document", entry)

    def _steps(self) -> Iterator[str]:
        for step in self.tables:
            yield from _table("step", step)


def _declared(request: object) -> Table:
    if not isinstance(request, Request):
        return {}
    reduce = request.reduce_itc
    said = {"reduce_itc": _heads(reduce) if isinstance(reduce, Heads) else reduce, "remarks": request.remarks}
    return {key: value for key, value in said.items() if value is not None}


def _heads(tax: Heads) -> Table:
    return {head: str(amount) for head, amount in tax.in_rupees().items() if amount}


def _table(name: str, entries: Table) -> Iterator[str]:
    yield ""
    yield f"[[{name}]]"
    yield from (f"{key} = {_value(value)}" for key, value in entries.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(entry)}" for key, entry in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
