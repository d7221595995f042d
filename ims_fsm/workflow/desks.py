"""The recipient's desk: everything that concerns one recipient's records and returns.

Imports the use cases; a call is one transaction, and finds no record but those of the recipient.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Literal, TypedDict, Unpack

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.download import Source
from ims_fsm.formats.gstn.parts import Sources
from ims_fsm.formats.gstn.two_b.statement import PortalTwoB
from ims_fsm.formats.proposals import Proposal
from ims_fsm.record.generations import Page, TwoBChange
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Answer
from ims_fsm.record.returns import TwoB, TwoBLine
from ims_fsm.record.scene import ReduceItc, Request
from ims_fsm.record.settling import LeftOut
from ims_fsm.record.totals import Summary
from ims_fsm.record.where import Sort, Where
from ims_fsm.store import returns
from ims_fsm.terms.border import (
    checked_action,
    checked_id,
    checked_ids,
    checked_period,
    checked_text,
    checked_value,
    looked_at,
)
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Trigger, TwoBState
from ims_fsm.workflow import actions, proposed
from ims_fsm.workflow.actions import EVERYTHING, ActionReport, EachRefused, Weighed, WhatIf
from ims_fsm.workflow.chasing.desk import ChasingDesk
from ims_fsm.workflow.consent import file_3b, generate_2b
from ims_fsm.workflow.forecast import ThreeBForecast, weigh_3b
from ims_fsm.workflow.left_out import left_out
from ims_fsm.workflow.matched import MatchedDesk
from ims_fsm.workflow.originals import OriginalsDesk
from ims_fsm.workflow.papers.desk import PaperDesk
from ims_fsm.workflow.proposed import Judgement
from ims_fsm.workflow.reception import upload
from ims_fsm.workflow.reception.desk import PortalDesk
from ims_fsm.workflow.returns import ThreeBFiled, TwoBGenerated, file_annual_return
from ims_fsm.workflow.signoff.desk import SignoffDesk
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.views import generations, statement, views
from ims_fsm.workflow.views.statement import TwoBComparison
from ims_fsm.workflow.views.views import History, ListedRecord, RecordView, TwoBView

Action = Literal["accept", "reject", "keep_pending", "reset"] | Trigger
"""What a recipient does with a record, by its name or as the trigger."""


class Acted(TypedDict, total=False):
    """What may go with an action on one record: remarks, the version it was chosen on, an idempotency key."""

    remarks: str | None
    version: int | None
    key: str | None


class RecipientDesk(PortalDesk, OriginalsDesk, MatchedDesk, PaperDesk, ChasingDesk, SignoffDesk):
    """What one recipient does; reached as `ims.recipient(gstin, actor=…)`.

    Every id is looked up among this recipient's records: another's id is not here, as one that does not exist. With a
    `key` a call that is repeated answers what the first one answered, and does nothing. Raises `RefusedError` where
    the rules refuse one record or return, `InputError` for what cannot be read; nothing is written then.
    """

    # --- actions ------------------------------------------------------------------------------------------------------

    def accept(self, record_id: int, *, reduce_itc: ReduceItc | None = None, **acted: Unpack[Acted]) -> Record:
        """Accept a record (FAQ 10); `reduce_itc` is "full", "none" or heads in paise (from 2B period 2025-10)."""
        return self.act("accept", record_id, reduce_itc=reduce_itc, **acted)

    def reject(self, record_id: int, **acted: Unpack[Acted]) -> Record:
        """Reject a record (FAQ 10, 34)."""
        return self.act("reject", record_id, **acted)

    def keep_pending(self, record_id: int, **acted: Unpack[Acted]) -> Record:
        """Keep a record pending (FAQ 10, 11)."""
        return self.act("keep_pending", record_id, **acted)

    def reset(self, record_id: int, **acted: Unpack[Acted]) -> Record:
        """Take the action on a record back (FAQ 12)."""
        return self.act("reset", record_id, **acted)

    def act(
        self,
        trigger: Action,
        record_id: int,
        *,
        reduce_itc: ReduceItc | None = None,
        remarks: str | None = None,
        version: int | None = None,
        key: str | None = None,
    ) -> Record:
        """Act on one record (FAQ 10, 12) and return it as the action left it.

        `version` is the record's version that the action was chosen on: where it has changed since, the action is
        refused.
        """
        request = Request(remarks=remarks, reduce_itc=reduce_itc, version=version).checked()
        action = checked_action(trigger)
        return self._done(actions.act, key, action, record_id, request)

    def act_on(  # noqa: PLR0913 -- what, on which records, with what
        self,
        trigger: Action,
        *,
        where: Where = EVERYTHING,
        ids: Iterable[int] | None = None,
        remarks: str | None = None,
        reduce_itc: ReduceItc | None = None,
        key: str | None = None,
        each_refused: EachRefused | None = None,
    ) -> ActionReport:
        """Act on many records with one action (FAQ 30), named by id or by filter.

        What is allowed is applied; refused records come back grouped and counted by the rules that refuse them, with
        examples. `each_refused` is called with every refused record before anything is written, and not again when a
        key's answer is repeated. Raises `InputError` for an id that is not here; then nothing is written.
        """
        request, action = Request(remarks=remarks, reduce_itc=reduce_itc).checked(), checked_action(trigger)
        where, wanted = checked_value(where, Where), None if ids is None else checked_ids(ids)
        if wanted is not None and where != EVERYTHING:
            what = "are named by id and by filter"
            raise InputError("records", [Problem("act_on", what, "give ids or where, not both")])
        return self._done(actions.act_on, key, action, request, wanted, where, each_refused)

    def weigh(
        self,
        trigger: Action,
        *,
        where: Where = EVERYTHING,
        remarks: str | None = None,
        reduce_itc: ReduceItc | None = None,
    ) -> Weighed:
        """Work out what `act_on` would do to the records that match, and what they add up to; changes nothing."""
        request, action = Request(remarks=remarks, reduce_itc=reduce_itc).checked(), checked_action(trigger)
        return self._done(actions.weigh, None, action, request, checked_value(where, Where))

    def may(
        self,
        trigger: Trigger | str,
        record_id: int,
        *,
        remarks: str | None = None,
        reduce_itc: ReduceItc | None = None,
    ) -> Answer:
        """Ask whether a trigger may fire on a record; changes nothing. The answer is truthy exactly when it may."""
        request = Request(remarks=remarks, reduce_itc=reduce_itc).checked()
        return self._asked(actions.may, self.gstin, checked_text("trigger", trigger), record_id, request)

    def what_if(
        self, trigger: Action, record_id: int, *, remarks: str | None = None, reduce_itc: ReduceItc | None = None
    ) -> WhatIf:
        """Work out the credit and the supplier's liability that an action would come to; changes nothing."""
        request = Request(remarks=remarks, reduce_itc=reduce_itc).checked()
        return self._asked(actions.what_if, self.gstin, checked_action(trigger), record_id, request)

    def check(self, source: Source | Sequence[Proposal], *, where: str | None = None) -> Judgement:
        """Judge a file of proposed actions as if all were taken, and keep nothing (FAQ 10-16).

        `source` is a path, an open file, its bytes, or proposals; `where` names it in errors.
        """
        return self._done(proposed.check, None, self._proposals(source, where))

    def apply(
        self,
        source: Source | Sequence[Proposal],
        *,
        where: str | None = None,
        all_or_nothing: bool = False,
        key: str | None = None,
    ) -> Judgement:
        """Take a file of proposed actions in one transaction: what is allowed is applied, refusals are reported.

        The rows are taken in their order, each as `act` takes one; with `all_or_nothing` nothing is done where one of
        them is refused. What `check` answers is what this would. A row that means no record here is refused; raises
        `InputError` for a file of which any row cannot be read.
        """
        whole = looked_at("apply", lambda border: border.flag("all_or_nothing", all_or_nothing))
        return self._done(proposed.apply, key, self._proposals(source, where), all_or_nothing=whole)

    # --- returns ------------------------------------------------------------------------------------------------------

    def generate_2b(self, period: TaxPeriod, *, consent: bool = False, key: str | None = None) -> TwoBGenerated:
        """Generate or recompute the GSTR-2B of a period (FAQ 23-29).

        Raises `ConsentError` for a period of more than a year ago, unless `consent` is given.
        """
        agreed = looked_at("generate_2b", lambda border: border.flag("consent", consent))
        return self._done(generate_2b, key, checked_period(period), consent=agreed)

    def two_a(self, period: TaxPeriod) -> Generator[Record, None, None]:
        """Give the GSTR-2A of a return period: all that suppliers saved or filed for it, by id (FAQ 28).

        No action changes it: it has what is rejected, pending, frozen or was never in IMS, and leaves out only what its
        supplier deleted. All as of one moment; a page of it is held.
        """
        chosen = checked_period(period)
        return self._streamed(lambda unit: views.two_a(unit, self.gstin, chosen))

    def two_b(self, period: TaxPeriod, *, generation: int | None = None, with_lines: bool = True) -> TwoBView:
        """Return a generation of a GSTR-2B (None: the newest) with its lines, totals and what it leaves out, and why.

        A million lines are a million objects: without them (`with_lines=False`) the view says how many there are, and
        `two_b_lines` gives them. Raises `MissingError` for a generation that is not there.
        """
        chosen = checked_period(period)
        return self._asked(views.two_b_view, self.gstin, chosen, with_lines=with_lines, generation=generation)

    def two_b_lines(
        self, period: TaxPeriod, *, generation: int | None = None, after: int | None = None, limit: int | None = None
    ) -> Generator[tuple[TwoBLine, Record], None, None]:
        """Give the lines of a generation (None: the newest) by record, each with its record as it stands now.

        `after` is the id of the record of the last line that was given before; with a limit no more are read, but for
        what else the record of the last one brings (two lines at most). All as of one moment; a page is held.
        """
        chosen, page = checked_period(period), _page(after, limit, "lines")
        return self._streamed(lambda unit: generations.lines(unit, self.gstin, chosen, generation, page))

    def two_b_changes(
        self,
        period: TaxPeriod,
        older: int,
        newer: int | None = None,
        *,
        after: int | None = None,
        limit: int | None = None,
    ) -> Generator[TwoBChange, None, None]:
        """Give the lines that two generations (None: the newest) have otherwise, by record, each with its reason.

        `after` and `limit` are those of `two_b_lines`. Raises `MissingError` for a generation that is not there.
        """
        chosen, page = checked_period(period), _page(after, limit, "changes")
        return self._streamed(lambda unit: generations.changes(unit, self.gstin, chosen, (older, newer), page))

    def left_out(self, period: TaxPeriod) -> Generator[LeftOut, None, None]:
        """Give what the GSTR-2B of a period considers as the actions stand, and does not show, by id (FAQ 13-15).

        All as of one moment; a page of it is held. `two_b` has counted it by reason.
        """
        chosen = checked_period(period)
        return self._streamed(lambda unit: left_out(unit, self.gstin, chosen))

    def two_bs(self) -> list[TwoB]:
        """Return the GSTR-2Bs that were generated or marked stale or final, oldest first, as they stand."""
        return self._asked(lambda unit: returns.two_bs(unit.connection, self.gstin))

    def stale_periods(self) -> list[TaxPeriod]:
        """Return the periods whose GSTR-2B must be recomputed before GSTR-3B is filed, oldest first (FAQ 29)."""
        return [two_b.period for two_b in self.two_bs() if two_b.state is TwoBState.STALE]

    def export_2b(self, period: TaxPeriod, *, generation: int | None = None) -> PortalTwoB:
        """Return a generation of a GSTR-2B (None: the newest) as the portal writes it."""
        return self._asked(statement.statement_of, self.gstin, checked_period(period), generation)

    def compare_2b(self, sources: Sources, *, where: str | None = None, adopt: bool = False) -> TwoBComparison:
        """Compare the portal's GSTR-2B with ours of the same period, document by document.

        A large statement comes as a summary and numbered files, or a zip of them; given together they are compared as
        one, and `partial` says what is lacking. What never goes through IMS stands apart, and is not a difference. With
        `adopt` each open record then moves to the period in which the portal's shows it, logged with that reason.
        """
        theirs = statement.read(sources, where, self.gstin)
        return (
            self._done(statement.adopt_two_b, None, theirs) if adopt else self._asked(statement.compare_two_b, theirs)
        )

    def file_3b(self, period: TaxPeriod, *, consent: bool = False, key: str | None = None) -> ThreeBFiled:
        """Record that GSTR-3B was filed: what is in the period's GSTR-2B is decided for good (FAQ 12, 20).

        Nothing is sent to the portal. Raises `ConsentError`, which names them, where it leaves amendments out whose
        original is unknown, and for a period of more than a year ago, unless `consent` is given.
        """
        agreed = looked_at("file_3b", lambda border: border.flag("consent", consent))
        return self._done(file_3b, key, checked_period(period), consent=agreed)

    def weigh_3b(self, period: TaxPeriod) -> ThreeBForecast:
        """Work out what `file_3b` would do now, and keep nothing: what stands in its way, what it decides, adds back.

        Without a draft that holds nothing is foreseen but what stands in its way.
        """
        return self._done(weigh_3b, None, checked_period(period))

    def file_annual_return(self, fy: str, *, key: str | None = None) -> int:
        """Record that the annual return of a year ("2023-24") was filed; returns how many time limits it ended."""
        return self._done(file_annual_return, key, checked_text("financial year", fy, empty=True))

    # --- views --------------------------------------------------------------------------------------------------------

    def records(self, where: Where = EVERYTHING) -> Generator[Record, None, None]:
        """Give the records that match, by id, all as of one moment; a page of them is held (FAQ 18).

        What is written meanwhile is not seen. A loop that ends early gives its connection back with `close()`.
        """
        chosen = checked_value(where, Where)
        return self._streamed(lambda unit: upload.matching(unit, self.gstin, chosen))

    def listed(
        self,
        where: Where = EVERYTHING,
        *,
        limit: int | None = None,
        sort: Sort = "id",
        after: int | None = None,
    ) -> Generator[ListedRecord, None, None]:
        """Give the records that match as `records` does, each with what may be done to it, why not and until when.

        With a limit so many at most, and no more are read; `after` is the id of the last one that was given before. By
        date or tax all that match are read.
        """
        chosen = checked_value(where, Where)
        most = looked_at("listed", lambda border: border.limit(limit, "records"))
        order = looked_at("listed", lambda border: border.choice("sort", sort, Sort))
        last = None if after is None else checked_id(after)
        return self._streamed(lambda unit: views.listed(unit, self.gstin, chosen, most, order, last))

    def summary(self, where: Where = EVERYTHING) -> Summary:
        """Return what the records that match add up to: by supplier, kind, action, 2B period or whatever is asked."""
        return self._asked(views.summary, self.gstin, checked_value(where, Where))

    def record(self, record_id: int) -> Record:
        """Return a record."""
        return self._asked(UnitOfWork.record, record_id, self.gstin)

    def show(self, record_id: int) -> RecordView:
        """Return a record with what may be done with it and why not."""
        return self._asked(views.view, record_id, self.gstin)

    def history(self, record_id: int) -> History:
        """Return everything that was ever done to a record."""
        return self._asked(views.history, record_id, self.gstin)

    def diagram(self, record_id: int, fmt: str = "svg", *, theme: str = "light", href_base: str | None = None) -> bytes:
        """Draw a record's path on its machine's picture: what it took, what it may do next, what it may not and why.

        `fmt` is svg, png, pdf, dot or mermaid (text is UTF-8), `theme` light, dark or print; with `href_base` the parts
        lead to their lines on that page. Raises also what drawing raises where no Graphviz is installed.
        """
        return self._asked(views.diagram, record_id, fmt, theme, href_base, recipient=self.gstin)


def _page(after: int | None, limit: int | None, what: str) -> Page:
    most = looked_at("page", lambda border: border.limit(limit, what))
    return Page(0 if after is None else checked_id(after), most)
