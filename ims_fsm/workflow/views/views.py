"""What people see: a recipient's list, one record with its log and its path on the machine's picture, a GSTR-2B.

Imports the store, the law and the drawing; reads only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ims_fsm.draw.diagrams import check_formats, drawn
from ims_fsm.draw.path import Barrier, Highlight, Step, Way, path_sheet
from ims_fsm.draw.picture import Links
from ims_fsm.draw.theme import theme_named
from ims_fsm.law.decision import decide
from ims_fsm.law.declaration import ENTRY, STATE
from ims_fsm.law.edition import Edition
from ims_fsm.law.refusal import Allowed
from ims_fsm.record.deadlines import Deadlines, ReturnDates, dates_of
from ims_fsm.record.generations import Generation
from ims_fsm.record.log import Content, TransitionEntry
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Told, filled_in, label, out_of_turn, record_fields
from ims_fsm.record.returns import DecidedAlike, TimeLimited, TwoB, TwoBLine
from ims_fsm.record.scene import direction_of, original_of, record_facts
from ims_fsm.record.settling import LeftOutGroup
from ims_fsm.record.totals import Summary
from ims_fsm.record.where import Sort, Where
from ims_fsm.store import generations, listing, log, returns, versions
from ims_fsm.terms.border import ACTIONS, Border
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.period import TaxPeriod, day_of
from ims_fsm.terms.vocabulary import Direction, RemovedFor, Route, Section
from ims_fsm.workflow.deadlines import deadlines
from ims_fsm.workflow.left_out import counted_left_out
from ims_fsm.workflow.reception import upload
from ims_fsm.workflow.reception.upload import UploadStanding
from ims_fsm.workflow.returns import time_limited
from ims_fsm.workflow.unit import UnitOfWork, consider
from ims_fsm.workflow.views.generations import chosen, lines

PAGE = 1_000
# The totals of a GSTR-2B: those of its sections, then what stands apart.
TOTALS = (*map(str, Section), "reverse_charge", "reversal_4b1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRecord:
    """A record as the recipient's list has it."""

    record: Record
    #: The 2B period; for a record that is only saved the one that filing it now would give.
    period: TaxPeriod
    #: For each action an empty tuple, or every refusal.
    may: dict[str, tuple[Told, ...]]
    deadlines: Deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record as it stands: whether it is in IMS at all, its expected 2B period, rule set and direction.

    `shown_in` and `section` say which GSTR-2B shows it, and where.

    `may` says of each action whether it is open: an empty tuple, or every refusal.
    """

    record: Record
    in_ims: bool
    period: TaxPeriod
    rule_set: str
    direction: Direction
    original: str
    shown_in: TaxPeriod | None
    section: str
    may: dict[str, tuple[Told, ...]]
    deadlines: Deadlines
    #: Whether the portal is still to be told its action, and why it did not take it before.
    upload: UploadStanding

    @property
    def open_actions(self) -> tuple[str, ...]:
        """The actions that the recipient may take now."""
        return tuple(trigger for trigger, refusals in self.may.items() if not refusals)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that was ever done to a record: contents, transitions, and its versions' chain."""

    record: Record
    contents: Sequence[Content]
    transitions: Sequence[TransitionEntry]
    chain: Sequence[Record]

    @property
    def chain_ids(self) -> list[int]:
        """The ids of its chain, oldest first."""
        return [member.id for member in self.chain]


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoBView:
    """A generation of a GSTR-2B: totals in paise by section, its lines with their records, and how many it leaves out.

    `two_b` has the number and the moment of the generation that is shown, else how the GSTR-2B stands now. What is left
    out, and whose time ends, is said of the newest alone.
    """

    two_b: TwoB
    totals: dict[str, Heads]
    size: int
    lines: tuple[tuple[TwoBLine, Record], ...]
    left_out: tuple[LeftOutGroup, ...]
    dates: ReturnDates
    #: How its records are decided, by section.
    decided: tuple[DecidedAlike, ...]
    #: Every generation, oldest first.
    generations: tuple[Generation, ...]
    #: Credit that no later GSTR-3B can take (section 16(4)), by its last day.
    time_limited: tuple[TimeLimited, ...] = ()

    @property
    def is_newest(self) -> bool:
        """Whether the newest generation is shown."""
        return self.two_b.generation == len(self.generations)

    @property
    def all_totals(self) -> dict[str, Heads]:
        """Every total, in the order in which it is read; nil where the GSTR-2B has nothing of it."""
        return {name: self.totals.get(name, NIL) for name in TOTALS}


def listed(
    unit: UnitOfWork,
    recipient: str,
    where: Where,
    limit: int | None = None,
    sort: Sort = "id",
    after: int | None = None,
) -> Iterator[ListedRecord]:
    """Give a recipient's records that match, with what may be done to each (FAQ 18); a page of them is held."""
    matching, days = upload.matching(unit, recipient, where, limit, sort, after), deadlines(unit, recipient)
    while page := list(islice(matching, PAGE)):
        chains = unit.chains_of(page, *ACTIONS)
        for record in page:
            chain = chains[record.id]
            yield ListedRecord(
                record=record,
                period=unit.scene(recipient).expected_period(record),
                may=refusals_on(unit, record, chain),
                deadlines=days(record, chain),
            )


def summary(unit: UnitOfWork, recipient: str, where: Where) -> Summary:
    """Return what a recipient's records that match add up to."""
    unit.taxpayer(recipient)
    in_sets = where.to_upload is None and where.original_unknown is None
    ids = None if in_sets else [r.id for r in upload.matching(unit, recipient, where)]
    return Summary(recipient, tuple(listing.alike(unit.connection, unit.scene(recipient), where, ids)))


def two_a(unit: UnitOfWork, recipient: str, period: TaxPeriod) -> Iterator[Record]:
    """Give what suppliers have saved or filed for a return period, by id, whatever was done with it (FAQ 28)."""
    reported = unit.matching(recipient, Where(return_period=period))
    return (record for record in reported if record.removed_for is not RemovedFor.SUPPLIER_DELETED)


def view(unit: UnitOfWork, record_id: int, recipient: str) -> RecordView:
    """Return one record with what may be done with it and why not."""
    record = unit.record(record_id, recipient)
    scene, chain = unit.scene(record.recipient), unit.chain_of(record, *ACTIONS)
    line = returns.newest_line(unit.connection, record.recipient, record.id)
    return RecordView(
        record=record,
        in_ims=scene.eligible and scene.route(record).name is Route.IMS,
        period=scene.expected_period(record),
        rule_set=scene.edition(record).rule_set.id,
        direction=direction_of(record, chain, scene),
        original=original_of(record, chain, scene).value,
        shown_in=line[0] if line else None,
        section=str(line[1].section) if line else "none",
        may=refusals_on(unit, record, chain),
        deadlines=deadlines(unit, record.recipient)(record, chain),
        upload=upload.standing(unit, record),
    )


def refusals_on(unit: UnitOfWork, record: Record, chain: Sequence[Record]) -> dict[str, tuple[Told, ...]]:
    """Return for each action every refusal of it on a record now; none where it may fire."""
    scene = unit.scene(record.recipient)
    edition, facts, fields = scene.edition(record), record_facts(record, chain, scene), record_fields(record, scene)
    late = out_of_turn(record.last_at, scene)
    decisions = {
        str(action): decide(edition, str(record.state), action, facts) if late is None else late for action in ACTIONS
    }
    return {
        action: () if isinstance(decision, Allowed) else filled_in(decision, fields)
        for action, decision in decisions.items()
    }


def history(unit: UnitOfWork, record_id: int, recipient: str) -> History:
    """Return everything that was ever done to a record."""
    record = unit.record(record_id, recipient)
    return History(
        record=record,
        contents=log.contents_of(unit.connection, record.recipient, record.id),
        transitions=log.history(unit.connection, record.recipient, record.id),
        chain=versions.chains(unit.connection, record.recipient, [record.chain_id])[record.chain_id],
    )


def two_b_view(
    unit: UnitOfWork, recipient: str, period: TaxPeriod, *, with_lines: bool, generation: int | None = None
) -> TwoBView:
    """Return a generation of a GSTR-2B (None: the newest), that with what it leaves out as the records stand now."""
    unit.taxpayer(recipient)
    two_b, connection = returns.two_b(unit.connection, recipient, period), unit.connection
    every = generations.of_period(connection, recipient, period)
    if generation is not None:
        of = chosen(every, period, generation)
        two_b, generation = replace(two_b, generation=of.number, generated_at=of.at), _older(of.number, every)
    return TwoBView(
        two_b=two_b,
        totals=generations.totals(connection, recipient, period, generation),
        size=generations.size(connection, recipient, period, generation),
        lines=tuple(lines(unit, recipient, period, generation)) if with_lines else (),
        left_out=() if generation else counted_left_out(unit, recipient, period),
        dates=dates_of(unit.scene(recipient), period, two_b.state),
        decided=generations.decided(connection, recipient, period, generation),
        generations=every,
        time_limited=() if generation else time_limited(unit, recipient, period),
    )


def _older(number: int, every: Sequence[Generation]) -> int | None:
    return None if number == len(every) else number


LONGEST_ADDRESS = 2000
# How a sentence names the record that its own picture is about.
_SHORT = {"document": "it", "a_document": "such a document"}


def diagram(
    unit: UnitOfWork,
    record_id: int,
    fmt: str,
    theme: str = "light",
    href_base: str | None = None,
    *,
    recipient: str | None = None,
) -> bytes:
    """Draw a record's path on the picture of its machine, under the rule set that governs it.

    Raises what `IMS.record` and the drawing of a picture raise.
    """
    border = Border("drawing")
    border.text("format", fmt)
    border.text("theme", theme)
    if href_base is not None:
        border.text("href_base", href_base, longest=LONGEST_ADDRESS)
    border.close()
    check_formats([fmt])
    record, look = unit.record(record_id, recipient), theme_named(theme)
    links = None if href_base is None else Links(href_base.replace("{machine}", record.machine))
    edition = unit.scene(record.recipient).edition(record)
    return drawn([path_sheet(edition, highlight(unit, record), look, links)], fmt)[0]


def highlight(unit: UnitOfWork, record: Record) -> Highlight:
    """Return a record's path, the ways open to it now and what closes the others."""
    scene = unit.scene(record.recipient)
    edition = scene.edition(record)
    entries = log.history(unit.connection, record.recipient, record.id)
    steps = (_entry(unit, record, edition), *(_step(entry) for entry in entries))
    now = tuple(_now(unit, record, edition))
    heading = label(record.document)
    return Highlight(
        key=f"record-{record.id}",
        heading=heading[0].upper() + heading[1:],
        subheading=_standing(unit, record, edition, entries),
        state=str(record.state),
        steps=steps,
        ways=tuple(way for way in now if isinstance(way, Way)),
        barriers=tuple(way for way in now if isinstance(way, Barrier)),
    )


def _entry(unit: UnitOfWork, record: Record, edition: Edition) -> Step:
    first = log.contents_of(unit.connection, record.recipient, record.id)[0]
    trigger = next(move.trigger for move in edition.transitions if ENTRY in move.source)
    return Step(None, trigger, ENTRY, edition.initial, day_of(first.at), first.actor)


def _step(entry: TransitionEntry) -> Step:
    return Step(entry.seq, entry.trigger, entry.source, entry.dest, day_of(entry.at), entry.actor)


def _now(unit: UnitOfWork, record: Record, edition: Edition) -> Iterator[Way | Barrier]:
    """Give what each trigger comes to now; left out is one that leads nowhere from the state, and no guard says why."""
    chain = unit.chain_of(record)
    fields = record_fields(record, unit.scene(record.recipient)) | _SHORT
    of_the_state = {guard.name for guard in edition.guards if STATE in guard.refuse_when}
    for trigger in edition.triggers:
        leads = edition.transition(str(record.state), trigger) is not None
        decision = consider(unit, record, trigger, chain=chain)
        if isinstance(decision, Allowed):
            yield Way(trigger, decision.dest, decision.rules)
        elif refusals := [refusal for refusal in decision.refusals if leads or refusal.guard in of_the_state]:
            yield Barrier(trigger, tuple((refusal.rule, refusal.sentence(fields)) for refusal in refusals))


def _standing(unit: UnitOfWork, record: Record, edition: Edition, log: Sequence[TransitionEntry]) -> str:
    title = edition.states[str(record.state)].title
    since = f" since {day_of(log[-1].at)}" if log else ""
    decided = (
        f", as {record.disposition}" if record.disposition and str(record.disposition) != str(record.state) else ""
    )
    period = unit.scene(record.recipient).expected_period(record)
    fixed = "" if record.filed else " if it were filed now"
    return (
        f"{title}{since}{decided}  ·  recipient {record.recipient}  ·  {edition.rule_set.id}, 2B period {period}{fixed}"
    )
