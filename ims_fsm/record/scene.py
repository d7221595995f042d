"""What a record is read against and what is read of it: its scene, its chain and its facts; what comes with an action.

Imports the calendar and the record; runs no statement and decides nothing. The scene is the moment, the law and the
recipient; the chain says what an amendment amends and how that was decided; a fact is one reading for each declared
name. The twins in SQL are `store.sql.scene`, `store.sql.chains` and `store.sql.facts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from ims_fsm.errors import InputError, Problem
from ims_fsm.law.book import LawBook
from ims_fsm.law.edition import Edition
from ims_fsm.law.facts import Facts
from ims_fsm.law.routing import RouteDeclaration
from ims_fsm.record.chain import stating, versions_of
from ims_fsm.record.record import Record, cut_off_by
from ims_fsm.record.taxpayer import Taxpayer
from ims_fsm.terms.border import looked_at
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.principal import NOBODY, Principal
from ims_fsm.terms.vocabulary import Direction, Disposition, Filing, State

ReduceItc = Literal["full", "none"] | Heads
"""How much ITC is to be reduced by a specified record: all of its tax, none, or so much by head, in paise."""


class Filings(Protocol):
    """How often suppliers file, by GSTIN: a mapping, or what reads one of them when it is asked for."""

    def get(self, gstin: str, default: Filing, /) -> Filing:
        """Return how often a supplier files, or the default where that is not known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a recipient's records are read against: the moment, the law book, the recipient, how suppliers file.

    `backdated` says that what is done may be dated before what was done last: there is a reason (docs/adr/0019).
    `principal` is who acts or asks.
    """

    now: datetime
    book: LawBook
    recipient: Taxpayer
    suppliers: Filings = field(default_factory=dict[str, Filing])
    backdated: bool = False
    principal: Principal = NOBODY

    @property
    def eligible(self) -> bool:
        """Whether the recipient is of a kind that has an IMS (FAQ 9)."""
        return self.recipient.kind in self.book.routing.eligible

    def route(self, record: Record) -> RouteDeclaration:
        """Return the route that a record has taken; of a saved one, the route that filing it now would give."""
        return self.book.routing.declared(record.route) if record.filed else self.route_at(record, self.now)

    def route_at(self, record: Record, moment: datetime) -> RouteDeclaration:
        """Return the route of a record that is filed at a moment (FAQ 4, 8)."""
        return self.book.routing.route(
            record.document,
            record.form,
            self.expected_period(record),
            self.book.calendar.first_period,
            out_of_time=cut_off_by(record, moment),
        )

    def expected_period(self, record: Record) -> TaxPeriod:
        """Return a record's 2B period: fixed by its filing, until then the one that filing it now would give."""
        if record.two_b_period is not None:
            return record.two_b_period
        filing = self.suppliers.get(record.document.supplier, Filing.MONTHLY)
        return self.book.calendar.two_b_period(
            record.form, record.return_period, self.now, filing, self.recipient.filing
        )

    def edition(self, record: Record) -> Edition:
        """Return the edition of the record's machine that its 2B period chooses."""
        return self.book.law.machine(record.machine).at(self.expected_period(record))

    def pending_until(self, record: Record) -> datetime:
        """Return the first instant at which a specified record may no longer be pending."""
        period = self.expected_period(record)
        return self.book.calendar.pending_until(period, *self.recipient.due_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What comes with an action: remarks, and what is declared about the ITC to be reduced (paise per head).

    `version` is the record's version, and `previous` its action, that the action was chosen on, where it says.
    """

    remarks: str | None = None
    reduce_itc: ReduceItc | None = None
    version: int | None = None
    previous: State | None = None

    def __post_init__(self) -> None:
        """Refuse what declares nothing; raises `InputError`."""
        if self.reduce_itc not in (None, "full", "none") and not isinstance(self.reduce_itc, Heads):
            remedy = "declare full, none, or the amounts per head in paise"
            raise InputError("reduction of ITC", [Problem(repr(self.reduce_itc), "declares nothing", remedy)])
        if self.remarks is not None:
            looked_at("action", lambda border: border.remarks(self.remarks))

    def checked(self) -> Request:
        """Return the request, its types and sizes looked at; what the rules say of it is decided later."""
        if isinstance(self.reduce_itc, Heads):
            # A reduction below zero is refused by its rule.
            looked_at("action", lambda border: border.heads("reduce_itc", self.reduce_itc, signed=True))
        if self.version is not None:
            looked_at("action", lambda border: border.record_id(self.version))
        return self

    @property
    def of_a_part(self) -> str:
        """What a reduction of a part is called: it goes with remarks, or is unexplained."""
        return "partial" if (self.remarks or "").strip() else "unexplained"

    def chosen_on(self, record: Record) -> bool:
        """Say whether the action was chosen on the record as it stands."""
        return self.version in {None, record.version} and self.previous in {None, record.state}


NO_REQUEST = Request()


@dataclass(frozen=True, slots=True)
class Original:
    """What an amendment amends, as its chain stands: the fact's value, whether in one 2B period, its tax and record.

    `tax` and `record` are those of the version whose decision counts, `named` is the tax of the newest version;
    `unreduced` what its acceptance took away and was declared as nothing to reduce.
    """

    value: str
    same_period: bool
    tax: Heads | None = None
    record: Record | None = None
    named: Heads | None = None
    unreduced: Heads = NIL


NO_ORIGINAL = Original("none", same_period=True)


def original_of(record: Record, chain: Sequence[Record], scene: Scene) -> Original:
    """Return what a record amends (FAQ 11, 13): the decided version whose credit the chain carries, or the last one.

    A version of another 2B period that is not decided yet comes before both, whatever stands between. Where the chain
    begins with an amendment, its original is what was stated of it, until a version decided here takes its place.
    What ends with a later version of its own 2B period, or with a decided one, waits for nothing, and nothing for it.
    """
    if record.document.amends is None:
        return NO_ORIGINAL
    earlier = [r for r in versions_of(chain) if r.age < record.age]
    named = earlier[-1].document.tax if earlier else None
    period = scene.expected_period(record)
    ended = any(start <= period and route.prevails for start, route in _after(record, chain, scene).items())
    if ended or is_ended(record, chain, scene):
        return Original("unsettled", True, record.document.tax, earlier[-1] if earlier else None, named)  # noqa: FBT003
    undecided = [r for r in earlier if r.settled_in is None and r.removed_for is None]
    decided = [r for r in earlier if r not in undecided and r.disposition is not Disposition.SUPERSEDED]
    undecided = [r for r in undecided if not is_ended(r, earlier, scene)]
    waiting = [r for r in undecided if scene.expected_period(r) != period]
    # A rejection and a removal leave the credit of the version before; a decision outside IMS takes it back.
    counting = [r for r in decided if r.removed_for is None and _decided_as(r) != "rejected"]
    first = earlier[0] if earlier else record
    if not (waiting or counting) and first.document.amends is not None:
        return _stated_original(stating([*earlier, record]), record, named)
    if waiting or not decided:
        last = (waiting or undecided or earlier)[-1]
        value = "unsettled_rejected" if last.state is State.REJECTED else "unsettled"
        return Original(value, not waiting, last.document.tax, last, named)
    if counting and _decided_as(counting[-1]) == "outside" and counting[-1].carried:
        # Out of time it gave no credit, and left of what was taken before what it did not take back.
        last, sign = counting[-1], record.document.kind.sign
        return Original("accepted", scene.expected_period(last) == period, last.carried * sign, last, named)
    carries = bool(counting) and _decided_as(counting[-1]) == "accepted"
    last = counting[-1] if carries else decided[-1]
    unreduced = record.carried - last.document.credit if carries else NIL
    value, together = _decided_as(last), scene.expected_period(last) == period
    return Original("unadjusted" if unreduced else value, together, last.document.tax, last, named, unreduced)


def is_ended(record: Record, chain: Sequence[Record], scene: Scene) -> bool:
    """Say whether a GSTR-3B has decided a later version that ends the credit: whatever was before it is nothing now."""
    return any(
        r.settled_in is not None and r.disposition is not Disposition.SUPERSEDED and scene.route(r).prevails
        for r in chain
        if r.age > record.age and r.filed and r.removed_for is None
    )


def prevailed_from(record: Record, chain: Sequence[Record], scene: Scene) -> TaxPeriod | None:
    """Return the first 2B period in which a later version prevails over an undecided record; None where none does.

    A filed amendment of the same 2B period prevails (FAQ 13). One that goes straight to GSTR-2B and gives no credit
    prevails from its own period on, whatever is pending before it (FAQ 4, 8, 32, 33), where no later one of that period
    prevails over itself.
    """
    if record.settled_in is not None:
        return None
    period, after = scene.expected_period(record), _after(record, chain, scene)
    return min((start for start, route in after.items() if start == period or route.prevails), default=None)


def _after(record: Record, chain: Sequence[Record], scene: Scene) -> Mapping[TaxPeriod, RouteDeclaration]:
    # The 2B periods in which later versions are filed, with the route of the newest in each.
    later = [r for r in chain if r.age > record.age and r.filed and r.removed_for is None]
    return {scene.expected_period(r): scene.route(r) for r in sorted(later, key=lambda r: r.age)}


def is_superseded(record: Record, chain: Sequence[Record], scene: Scene, period: TaxPeriod | None = None) -> bool:
    """Say whether a later version prevails over an undecided record, by a 2B period where that is asked (FAQ 13)."""
    start = prevailed_from(record, chain, scene)
    return start is not None and (period is None or start <= period)


def direction_of(record: Record, chain: Sequence[Record], scene: Scene) -> Direction:
    """Return how a record moves the tax of the newest version before it."""
    original = original_of(record, chain, scene)
    return record.document.direction_from(original.tax if original.named is None else original.named)


def _stated_original(keeps: Record | None, record: Record, named: Heads | None) -> Original:
    if keeps is None:
        return Original("unknown", same_period=False, named=named)
    if keeps.stated_original is Disposition.REJECTED:
        # Its tax is not kept, and decides nothing: pending after a rejected original does not ask for the direction.
        return Original("rejected", same_period=False, tax=record.document.tax, named=named)
    return Original("accepted", same_period=False, tax=record.carried * record.document.kind.sign, named=named)


def _decided_as(record: Record) -> str:
    match record.disposition:
        case Disposition.ACCEPTED | Disposition.DEEMED_ACCEPTED:
            return "accepted"
        case Disposition.REJECTED:
            return "rejected"
        case _:
            return "outside"


def full_reduction(record: Record) -> Heads:
    """Return by how much accepting a record lowers the recipient's credit, in paise per head; never negative."""
    return (record.carried - record.credit).not_below_zero()


def record_facts(
    record: Record,
    chain: Sequence[Record],
    scene: Scene,
    request: Request = NO_REQUEST,
    entry: Mapping[str, str] | None = None,
) -> Facts:
    """Return every fact of a record; `chain` holds its version chain, `entry` the facts of a supplier's report."""
    machine = scene.edition(record).machine
    schema = machine.schema
    original = original_of(record, chain, scene)
    calendar = scene.book.calendar
    limited = "passed" in schema.values[schema.names.index("pending_window")]
    return schema.facts({
        "supplier_status": str(record.supplier_status),
        "direction": str(record.document.direction_from(original.tax)),
        "original": original.value,
        "same_period": "yes" if original.same_period else "no",
        "superseded": "yes" if is_superseded(record, chain, scene) else "no",
        "route": str(scene.route(record).name),
        "taxpayer": "eligible" if scene.eligible else "not_eligible",
        "ims": "open" if scene.now >= calendar.opens_at else "not_yet",
        "time_limit": "passed" if cut_off_by(record, scene.now) else "open",
        "pending_window": "passed" if limited and scene.now >= scene.pending_until(record) else "open",
        "portal_pending": "blocked" if record.document.pending_blocked else "open",
        "reduction": _reduction(record, scene, request),
        "seen": "current" if request.chosen_on(record) else "stale",
        "remarks": "too_long" if len(request.remarks or "") > calendar.remarks_limit else "fit",
        **machine.actor_facts(scene.principal.roles),
        **(entry or {}),
    })  # fmt: skip


def _reduction(record: Record, scene: Scene, request: Request) -> str:
    declared = request.reduce_itc
    if declared is None:
        mandatory = scene.now >= scene.book.calendar.declaration_mandatory_from and not record.reduction_blocked
        return "missing" if mandatory else "absent"
    if record.reduction_blocked:
        return "blocked"
    if isinstance(declared, str):
        return declared
    if full_reduction(record).below(declared) or declared.below(NIL):
        return "exceeds"
    return "full" if declared == full_reduction(record) else request.of_a_part


def declaration_of(record: Record, request: Request) -> tuple[str | None, Heads]:
    """Return what is declared with an acceptance: full, none, partial or nothing, and the amounts in paise."""
    match request.reduce_itc:
        case None:
            return None, NIL
        case "full":
            return "full", full_reduction(record)
        case "none":
            return "none", NIL
        case heads:
            return "full" if heads == full_reduction(record) else "partial", heads
