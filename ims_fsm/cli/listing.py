"""`list`: the recipient's inward view, with what may be done to each record and why not (FAQ 18).

Imports Typer and the options; the workflow when it is run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from ims_fsm.cli import options
from ims_fsm.cli.output import console, counted, emit, emit_each, say, table
from ims_fsm.cli.progress import working
from ims_fsm.cli.selection import Selection
from ims_fsm.cli.session import opened, recipient
from ims_fsm.terms.gstin import checked_gstin
from ims_fsm.terms.money import shown
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, State, SupplierStatus

if TYPE_CHECKING:
    from ims_fsm.record.record import Record
    from ims_fsm.record.refusals import Told
    from ims_fsm.workflow.unit import UnitOfWork

MOST = 100
PAGE = 1_000
ROOMY = 120


@dataclass(frozen=True, slots=True)
class Standing:
    """A record as the recipient sees it: its (expected) 2B period, and for each action the refusals, none if open."""

    record: Record
    period: TaxPeriod
    may: Mapping[str, tuple[Told, ...]]


def list_records(
    *,
    gstin: options.OwnGstin = None,
    state: Annotated[list[State] | None, typer.Option("--state", help="Only this state; may be repeated.")] = None,
    kind: Annotated[list[Kind] | None, typer.Option("--kind", help="Only this kind; may be repeated.")] = None,
    supplier: Annotated[
        str | None, typer.Option("--supplier", parser=checked_gstin, metavar="GSTIN", help="Only this supplier's.")
    ] = None,
    number: Annotated[str | None, typer.Option("--number", help="Only documents of this number.")] = None,
    period: Annotated[
        TaxPeriod | None,
        typer.Option("--period", parser=options.tax_period, metavar="YYYY-MM", help="Only this (expected) 2B period."),
    ] = None,
    status: Annotated[
        SupplierStatus | None, typer.Option("--status", help="Only what suppliers have saved, or filed.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what is decided, removed, or went straight to GSTR-2B.")
    ] = False,
    summary: Annotated[bool, typer.Option("--summary", help="Only counts, by kind.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Rows of the table at most; 0 for all.")] = MOST,
    db: options.Db = options.DEFAULT_DB,
    as_json: options.AsJson = False,
    at: options.At = None,
) -> None:
    """Show the records of a recipient, with what may be done to each and why not."""
    chosen = Selection(
        states=tuple(state or ()),
        kinds=tuple(kind or ()),
        supplier=supplier,
        number=number,
        period=period,
        status=status,
        everything=everything,
    )
    with opened(db, at) as ims:
        owner = recipient(ims, gstin)
        with working("Reading the records"), ims.asking() as unit:
            records = chosen_records(unit, owner, chosen)
            if summary:
                _answer_summary(owner, records, as_json=as_json)
            elif as_json:
                emit_each({"recipient": owner}, "records", map(_plain, standing(unit, records)))
            else:
                shown = list(standing(unit, islice(records, limit or None)))
                tell(owner, shown, sum(1 for _ in records))


def chosen_records(unit: UnitOfWork, gstin: str, chosen: Selection) -> Iterator[Record]:
    """Give a recipient's records that are chosen one by one, by id."""
    from ims_fsm.workflow.views import views

    found = views.inward(unit, gstin, chosen.where())
    scene = unit.scene(gstin)
    return (record for record in found if chosen.period in (None, scene.expected_period(record)))


def standing(unit: UnitOfWork, records: Iterable[Record]) -> Iterator[Standing]:
    """Give records of one recipient as they stand now, with what may be done to each."""
    from ims_fsm.workflow.actions.one import ACTIONS
    from ims_fsm.workflow.views import views

    left = iter(records)
    while page := list(islice(left, PAGE)):
        chains = unit.chains_of(page)
        for record in page:
            refused = {str(one): views.refusals_on(unit, record, one, chains[record.id]) for one in ACTIONS}
            yield Standing(record, unit.scene(record.recipient).expected_period(record), refused)


def tell(gstin: str, shown: Sequence[Standing], more: int = 0) -> None:
    """Print records as a table, and that there are so many more."""
    if not shown:
        say(f"No record of {gstin} is meant; --all also shows what is decided or removed.")
        return
    if console().width >= ROOMY:
        table(WIDE_COLUMNS, map(_wide, shown))
    else:
        table(NARROW_COLUMNS, map(_narrow, shown))
        if any(not one.record.filed for one in shown):
            say("", "* saved by its supplier and not filed: the 2B period that filing it now would give.")
    rest = f" {counted(more, 'more is', 'more are')} not shown; --limit 0 shows all." if more else ""
    say("", f"{counted(len(shown) + more, 'record')} of {gstin}.{rest}")


COUNTED = ("records", "saved", "filed", *(str(state).replace("_", " ") for state in State))
_WORDS = {"keep_pending": "pending"}
WIDE_COLUMNS = (
    "id",
    "document",
    "number",
    "supplier",
    "date",
    ">taxable",
    ">tax",
    "supplier has",
    "2B",
    "state",
    "may",
)
NARROW_COLUMNS = ("id", "document", "supplier", ">tax", "2B", "state", "may")


def _answer_summary(gstin: str, records: Iterable[Record], *, as_json: bool) -> None:
    counts = summed(records)
    if as_json:
        emit({"recipient": gstin, "kinds": counts})
        return
    total = {name: sum(count[name] for count in counts.values()) for name in COUNTED}
    names = [name for name in COUNTED if total[name]]
    rows = [(kind, *(str(count[name] or "") for name in names)) for kind, count in {**counts, "in all": total}.items()]
    table(("", *(f">{name}" for name in names)), rows)


def summed(records: Iterable[Record]) -> dict[str, dict[str, int]]:
    """Return how many records of each kind there are, how many are saved and filed, and how many are in each state."""
    counts: dict[str, dict[str, int]] = {}
    for record in records:
        count = counts.setdefault(named(record), dict.fromkeys(COUNTED, 0))
        for name in ("records", str(record.supplier_status), str(record.state).replace("_", " ")):
            count[name] += 1
    return dict(sorted(counts.items()))


def named(record: Record) -> str:
    """Return what a record is, in words: "credit note, amended"."""
    words = str(record.document.kind).replace("_", " ").replace("eco", "ECO")
    return f"{words}, amended" if record.document.amends else words


def stands(record: Record) -> str:
    """Return where a record stands, with what it was decided or removed as."""
    state = str(record.state).replace("_", " ")
    why = record.disposition or record.removed_for
    if not record.in_ims:
        return "not in IMS"
    return f"{state} ({str(why).replace('_', ' ')})" if why else state


def allowed_in_words(may: Mapping[str, tuple[Told, ...]]) -> str:
    """Return which actions are open in few words, with the rules that close the others."""
    closed = {trigger: refusals for trigger, refusals in may.items() if refusals}
    if not closed:
        return "all"
    if len(closed) == len(may):
        return f"nothing ({', '.join(dict.fromkeys(refusals[0].rule for refusals in closed.values()))})"
    rules = ", ".join(dict.fromkeys(refusal.rule for refusals in closed.values() for refusal in refusals))
    is_most = len(closed) * 2 > len(may)
    words = ", ".join(_WORDS.get(trigger, trigger) for trigger in may if (trigger in closed) is not is_most)
    return f"{'only' if is_most else 'all but'} {words} ({rules})"


def _wide(one: Standing) -> tuple[str, ...]:
    record, document = one.record, one.record.document
    return (
        str(record.id),
        named(record),
        document.number,
        document.supplier or "overseas",
        document.date.isoformat(),
        shown(document.taxable),
        shown(document.tax.total),
        str(record.supplier_status),
        one.period,
        stands(record),
        allowed_in_words(one.may),
    )


def _narrow(one: Standing) -> tuple[str, ...]:
    wide = _wide(one)
    mark = "" if one.record.filed else "*"
    return (wide[0], f"{wide[1]} {wide[2]}", wide[3], wide[6], f"{wide[8]}{mark}", wide[9], wide[10])


def _plain(one: Standing) -> dict[str, object]:
    from ims_fsm.cli import plain

    may = {trigger: [refusal.as_dict() for refusal in refusals] for trigger, refusals in one.may.items()}
    return {**plain.record(one.record), "expected_period": str(one.period), "may": may}
