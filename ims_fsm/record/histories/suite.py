"""The suite of stories: for each guard that alone decides something, the shortest history in which it does.

Imports the exploration and the stories; writes no file. `ims-fsm verify --histories --stories FOLDER` writes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from ims_fsm.law.book import LawBook
from ims_fsm.law.refusal import Decision, Refusal, Refused
from ims_fsm.record.histories.bounds import kinds_alike, setting
from ims_fsm.record.histories.exploring import STATES, Exploration, parts
from ims_fsm.record.histories.moves import ACTIONS, NEVER_AVAILED, Chain, Move, Step
from ims_fsm.record.histories.setting import BUYER, LESS, MORE, POS, RCM, SAME, Bounds, Content, Setting
from ims_fsm.record.histories.story import Story
from ims_fsm.record.record import Record
from ims_fsm.record.returns import MACHINE, TwoB, decide_return
from ims_fsm.record.scene import NO_REQUEST, Request, full_reduction, record_facts
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind, TaxpayerKind, Trigger, TwoBState

COMMAND = "Written by: ims-fsm verify --histories --stories tests/histories."
BASE = "record"
_OTHERS = (*ACTIONS, Trigger.EDIT, Trigger.DELETE, Trigger.FREEZE, Trigger.EXPIRE, Trigger.LAPSE)


@dataclass(frozen=True, slots=True)
class Witness:
    """A history at whose end a guard alone refuses what is asked."""

    setting: Setting
    steps: tuple[Step, ...]
    refusal: Refusal


Witnesses = dict[tuple[str, str], Witness]


def written(book: LawBook) -> Mapping[str, str]:
    """Return the stories by file: the machine's folder, and a file for each of its guards that decides something."""
    witnesses: Witnesses = {}
    for chosen in _settings(book):
        Deciders(chosen, witnesses).run()
    every = _every(book, witnesses)
    return {f"{machine}/{witness.refusal.guard}.toml": _text(machine, witness) for machine, witness in every}


class Deciders(Exploration):
    """An exploration that asks for everything, and keeps for each guard the shortest history that it decides."""

    def __init__(self, chosen: Setting, witnesses: Witnesses) -> None:
        """Begin with the histories that were met so far."""
        super().__init__(chosen)
        self._witnesses = witnesses
        self._point = 0
        self._base = _of_every_machine(chosen.book)
        self.moves.asked = self._asked

    def _moves_of(self, point: int) -> Iterator[tuple[Move, int]]:
        self._point = point
        chain, closed, two_b = parts(point)
        if self._first_look("asked", chain, self.moves.signature(chain)):
            self._ask_around(self.moves.chains[chain])
        for move, two_b_asked, previous in self._statements(closed, two_b):
            decision = decide_return(two_b_asked, move.verb.removesuffix("_2b"), self.moves.scene, previous)
            self._keep(MACHINE, move, decision)
        return super()._moves_of(point)

    def _ask_around(self, chain: Chain) -> None:
        for record in chain:
            declared = self.moves.scene.edition(record).triggers
            asked = [(trigger, NO_REQUEST) for trigger in _OTHERS if trigger in declared]
            for trigger, request in (*asked, *self._beyond(record)):
                facts = record_facts(record, chain, self.moves.scene, request)
                decision = self.moves.decided(record, chain, trigger, facts)
                self._asked(record, Move(trigger.value, record.id, request), decision)

    def _beyond(self, record: Record) -> Iterator[tuple[Trigger, Request]]:
        """Give what may not go with an action: a reduction of too much, with no reason, or beside an acceptance."""
        full = full_reduction(record)
        yield Trigger.ACCEPT, Request(reduce_itc=full + Heads(igst=1_00), remarks=NEVER_AVAILED)
        yield Trigger.ACCEPT, Request(remarks="x" * (self.setting.book.calendar.remarks_limit + 1))
        yield Trigger.REJECT, Request(reduce_itc="full")
        if full:
            yield Trigger.ACCEPT, Request(reduce_itc=Heads(igst=full.igst // 2))

    def _statements(self, closed: int, two_b: int) -> Iterator[tuple[Move, TwoB, str]]:
        """Give what may be asked of GSTR-2Bs: of the one that is next, those beside it, and one inside a quarter."""
        periods, months = self.setting.periods, self.setting.book.calendar.months(self.setting.filing)
        asked = [(closed - 1, TwoBState.FINAL, "filed"), (closed, STATES[two_b], "filed")]
        asked.append((closed + 1, TwoBState.ABSENT, "not_filed"))
        for number, state, previous in asked:
            if 0 <= number < len(periods):
                for verb in ("generate_2b", "file_3b"):
                    yield Move(verb, 0, periods[number]), _two_b(periods[number], state), previous
        if months > 1 and closed < len(periods):
            inside = periods[closed].plus(-1)
            yield Move("generate_2b", 0, inside), _two_b(inside, TwoBState.ABSENT), "filed"

    def _asked(self, record: Record, move: Move, decision: Decision) -> None:
        self._keep(record.machine, move, decision)

    def _keep(self, machine: str, move: Move, decision: Decision) -> None:
        if not isinstance(decision, Refused) or len(decision.refusals) != 1:
            return
        (refusal,) = decision.refusals
        if refusal.guard not in {guard.name for guard in self.setting.book.law.machines[machine].declaration.guard}:
            return
        key = (BASE if machine != MACHINE and refusal.guard in self._base else machine, refusal.guard)
        if key not in self._witnesses:
            self._witnesses[key] = Witness(self.setting, self.steps_to(self._point, move), refusal)


def _two_b(period: TaxPeriod, state: TwoBState) -> TwoB:
    return TwoB(recipient=BUYER, period=period, state=state)


def _every(book: LawBook, witnesses: Witnesses) -> Iterator[tuple[str, Witness]]:
    """Give the witnesses by machine, and for a kind that is decided alike another one's, under its own guard."""
    alike = kinds_alike(book)
    for (machine, guard), witness in sorted(witnesses.items()):
        yield machine, witness
        kind = witness.setting.kind
        for other in alike.get(kind, ())[1:] if machine.startswith(kind) else ():
            named = f"{other}{machine.removeprefix(kind)}"
            place = [declared.name for declared in book.law.machines[machine].declaration.guard].index(guard)
            refusal = Refusal.by(book.law.machines[named].declaration.guard[place])
            yield named, Witness(replace(witness.setting, kind=other), witness.steps, refusal)


def _text(machine: str, witness: Witness) -> str:
    refusal = witness.refusal
    story = Story(witness.setting, witness.steps, refusal)
    title = f"{machine}, {refusal.guard}: {refusal.sentence()}"
    return story.text(title, [refusal.rule], "The shortest history in which this guard alone decides.", COMMAND)


def _of_every_machine(book: LawBook) -> frozenset[str]:
    names = [{guard.name for guard in machine.declaration.guard} for machine in book.law.record_machines]
    return frozenset(set.intersection(*names))


def _settings(book: LawBook) -> Iterator[Setting]:
    yield from _singles(book)
    amended = (Content(LESS), Content(SAME), Content(MORE))
    lean = replace(_SINGLE, reported=2, versions=2, amendments=amended)
    # What the acceptance of a second version left is asked about at a third.
    lowered = replace(lean, reported=3, versions=3, amendments=(Content(LESS),))
    for kind in (Kind.INVOICE, Kind.CREDIT_NOTE):
        for era in ("before", "cut", "after"):
            yield setting(book, kind, era, lean)
        yield setting(book, kind, "cut", replace(lean, unknown=True, versions=1))
    yield setting(book, Kind.INVOICE, "cut", replace(lowered, versions=2, last_year=True))
    yield setting(book, Kind.INVOICE, "after", lowered)
    yield setting(book, Kind.BILL_OF_ENTRY, "cut", replace(lowered, form=Form.ICEGATE))


_SINGLE = Bounds(reported=1, versions=1, acts_on_saved=False, halves=False, deletes=False)


def _singles(book: LawBook) -> Iterator[Setting]:
    """Give the settings of one version: routes, forms, taxpayers, and the first days of IMS."""
    apart = (Content(SAME), RCM, POS, Content(SAME, ineligible="rule_37a"), Content(SAME, pending_blocked=True))
    longer = replace(_SINGLE, reported=2, acts_on_saved=True)
    for bounds in (
        replace(_SINGLE, originals=apart),
        replace(_SINGLE, recipient=TaxpayerKind.COMPOSITION),
        replace(_SINGLE, form=Form.GSTR_5),
        replace(_SINGLE, form=Form.ICEGATE),
    ):
        yield setting(book, Kind.INVOICE, "before", bounds)
    for day in (5, 13):
        early = setting(book, Kind.INVOICE, "before", replace(_SINGLE, window_day=day))
        yield replace(early, first=TaxPeriod("2024-09"), day=date(2024, 9, 3))
    yield setting(book, Kind.INVOICE, "before", replace(longer, last_year=True))
    yield setting(book, Kind.INVOICE, "before", _SINGLE, filing=Filing.QUARTERLY)
    yield setting(book, Kind.BILL_OF_ENTRY, "cut", replace(longer, form=Form.ICEGATE))
