"""Inward supplies: a list by section with an action for each line, and one action on everything that a filter means.

Imports the face and the shell (FAQ 18, 22, 30). Nothing is done without its confirmation where it rejects, or where it
is on many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Annotated, Any

from fastapi import Query, Response

from ims_fsm import Heads, InputError, JudgedRow, Problem, Proposal, RecipientDesk, State, Told, Trigger
from ims_fsm.web.admission import Admission, Admitted, Buyer
from ims_fsm.web.events import follow_events
from ims_fsm.web.languages import N_
from ims_fsm.web.problems import STALE
from ims_fsm.web.screens.advice import COUNTED, MOST, OFFERED, added_up, advised, page_of
from ims_fsm.web.screens.chosen import Fields, again, key_of, proposals_of, reduction, seen_of, text_of, ticked
from ims_fsm.web.screens.listing import SECTIONS, SIZES, Listing, counts_of
from ims_fsm.web.screens.rows import ACTIONS, rows_of
from ims_fsm.web.screens.shell import Screens, Visit, Visiting
from ims_fsm.web.signoffs import has_signoffs

SCREENS = Screens()
SCREENS.stream("/recipients/{gstin}/live", follow_events, "follow_screen")
MOST_WEIGHED = 25
SORTS = ("supplier", "number", "date", "tax")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: how many were done, which were refused and why, and who changed what meanwhile."""

    done: int = 0
    saved: int = 0
    refused: Sequence[JudgedRow] = ()
    #: Refused groups of an action on many: (refusals, count, examples).
    groups: Sequence[Any] = ()
    #: By record, who changed it meanwhile.
    others: Mapping[int, str] = field(default_factory=dict)
    note: str = ""

    @property
    def by_record(self) -> dict[int, tuple[Told, ...]]:
        """The refusals by the record that they are about."""
        return {row.record_id: row.refusals for row in self.refused if row.record_id is not None}


@SCREENS.get("/recipients/{gstin}/inward", title=N_("Inward supplies"))
def show_inward(admission: Admitted, buyer: Buyer, visit: Visiting, listing: Annotated[Listing, Query()]) -> Response:
    """Show the records that are to be acted on, by section, with what may be done with each (FAQ 18)."""
    return _listed(admission, buyer, visit, listing)


def _listed(
    admission: Admission, buyer: RecipientDesk, visit: Visit, listing: Listing, outcome: Outcome | None = None
) -> Response:
    page, beside, last = page_of(buyer, listing)
    following = "" if last is None else listing.cursor(buyer.gstin, last)
    registers = buyer.registers()
    counts = counts_of(admission.ims, buyer.gstin, listing, admission.principal)
    return visit.show(
        "inward.html.j2",
        rows=rows_of(page, outcome.by_record if outcome else {}, beside, take=listing.take),
        matched=bool(registers),
        classes=[of.name for of in buyer.matched().classes] if registers else [],
        offered=OFFERED,
        listing=listing,
        counts=counts,
        following=listing.query(after=following) if following else "",
        sections=[section for section in SECTIONS if counts.sections.get(section)],
        states=tuple(State),
        sizes=SIZES,
        sorts=SORTS,
        actions=ACTIONS,
        may_act=visit.may("act_inward"),
        may_propose=has_signoffs(admission),
        remarks_limit=admission.ims.book.calendar.remarks_limit,
        outcome=outcome,
    )


@SCREENS.post("/recipients/{gstin}/inward")
def act_inward(
    admission: Admitted, buyer: Buyer, visit: Visiting, listing: Annotated[Listing, Query()], fields: Fields
) -> Response:
    """Take the actions chosen on a page, or one action on all that are ticked or filtered (FAQ 30).

    What rejects, and what is on many, is confirmed first, with what it would come to.
    """
    form = _Form(admission, buyer, visit, listing, fields)
    do = text_of(fields, "do")
    if do == "save":
        return form.saved()
    if do == "propose":
        return form.proposed()
    if do == "recommended":
        return form.recommended()
    if do not in ACTIONS:
        raise InputError("form", [Problem("do", "names no action", "choose one of the buttons")])
    if not text_of(fields, "all"):
        return form.picked(do)
    # What is recommended is no filter of the face: its records are named one by one.
    return form.filtered(do) if listing.recommended is None else form.recommended(do)


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of the list being answered: confirmed first, or done."""

    admission: Admission
    buyer: RecipientDesk
    visit: Visit
    listing: Listing
    fields: Fields

    @property
    def is_confirmed(self) -> bool:
        """Whether it comes from its confirmation."""
        return bool(text_of(self.fields, "confirmed"))

    def again(self, outcome: Outcome) -> Response:
        """Show the list as it now stands, with what became of the form."""
        return _listed(self.admission, self.buyer, self.visit, self.listing, outcome)

    def saved(self) -> Response:
        """Take what was chosen line by line; where any of it rejects, only when that is confirmed."""
        proposals = proposals_of(self.fields)
        if not proposals:
            return self.again(Outcome(note=N_("Nothing was changed on this page.")))
        rejections = [proposal for proposal in proposals if proposal.trigger is Trigger.REJECT]
        if rejections and not self.is_confirmed:
            return self._confirm("save", proposals, rejections)
        return self._applied(proposals)

    def recommended(self, action: str = "") -> Response:
        """Ask whether what is recommended for the ticked records, or for the whole filter, is meant, with its sums.

        With an `action` that is asked of them, whatever is recommended.
        """
        picks = {seen.record_id for seen in seen_of(self.fields) if str(seen.record_id) in self.fields.getlist("pick")}
        every = advised(self.buyer, self.listing, None if text_of(self.fields, "all") else picks)
        advice = list(islice(every, MOST))
        left = sum(1 for _ in islice(every, COUNTED))
        if not advice:
            return self.again(Outcome(note=N_("Nothing is recommended here that is still to be done.")))
        proposals = [
            Proposal(
                place=f"record {of.record.id}",
                trigger=Trigger(action or of.action),
                record_id=of.record.id,
                version=of.record.version,
            )
            for of in advice
        ]
        chosen = [(f"v.{of.record.id}", f"{of.record.version}.{of.record.state}") for of in advice]
        if action:
            chosen += [("pick", str(of.record.id)) for of in advice]
            return self._confirm(action, proposals, proposals, fields=[("do", action), *chosen], left=left)
        chosen += [(f"a.{of.record.id}", str(of.action)) for of in advice]
        rejections = [proposal for proposal in proposals if proposal.trigger is Trigger.REJECT]
        return self._confirm(
            "save", proposals, rejections, sums=added_up(advice), fields=[("do", "save"), *chosen], left=left
        )

    def proposed(self) -> Response:
        """Propose what was chosen line by line, for somebody else to approve."""
        proposals = proposals_of(self.fields)
        if not proposals:
            return self.again(Outcome(note=N_("Nothing was changed on this page.")))
        signoff = self.buyer.propose(proposals, key=key_of(self.fields))
        return self.visit.go(self.visit.at("show_signoff_page", signoff_id=signoff.id))

    def picked(self, action: str) -> Response:
        """Take one action on all that are ticked, when that is confirmed."""
        remarks, reduced = text_of(self.fields, "remarks"), text_of(self.fields, "reduce")
        proposals = ticked(self.fields, action, remarks, reduced if action == "accept" else "")
        if not proposals:
            return self.again(Outcome(note=N_("Tick the records that are meant first, or all of the filter.")))
        return self._applied(proposals) if self.is_confirmed else self._confirm(action, proposals, proposals)

    def _applied(self, proposals: Sequence[Proposal]) -> Response:
        judged = self.buyer.apply(proposals, key=key_of(self.fields))
        stale = [
            row.record_id
            for row in judged.refused
            if row.record_id is not None and any(refusal.code == STALE for refusal in row.refusals)
        ]
        others = {record_id: self._last_actor(record_id) for record_id in stale[:MOST_WEIGHED]}
        return self.again(Outcome(judged.applied, judged.saved, judged.refused, others=others))

    def _last_actor(self, record_id: int) -> str:
        steps = self.buyer.history(record_id).transitions
        return str(steps[-1].actor) if steps else ""

    def _confirm(
        self,
        action: str,
        proposals: Sequence[Proposal],
        weighed: Sequence[Proposal],
        sums: Sequence[tuple[str, int, Heads]] = (),
        fields: Sequence[tuple[str, str]] = (),
        left: int = 0,
    ) -> Response:
        """Ask whether it is meant: what is refused and why, and what the first of them would come to.

        `sums` are of what is recommended; `fields` are sent once more in place of the form's; `left` are for later.
        """
        judged = self.buyer.check(proposals)
        what_if = [
            self.buyer.what_if(proposal.trigger, proposal.record_id, reduce_itc=proposal.reduce_itc)
            for proposal in weighed[:MOST_WEIGHED]
            if proposal.record_id is not None
        ]
        return self.visit.show(
            "confirm.html.j2",
            action=action,
            listing=self.listing,
            judged=judged,
            what_if=what_if,
            unseen=len(weighed) - len(what_if),
            weighed=None,
            again=fields or again(self.fields),
            sums=sums,
            left=left,
            counted=COUNTED,
            may_propose=has_signoffs(self.admission),
            changed=False,
            remarks_limit=self.admission.ims.book.calendar.remarks_limit,
        )

    def filtered(self, action: str) -> Response:
        """Take one action on everything that the filter means, when that is confirmed and nothing came between.

        Without scripts and without ids: the filter is what is sent, guarded by the count and the events since, and by
        which records a class of matches means: a matching is no event.
        """
        remarks, reduced = text_of(self.fields, "remarks"), text_of(self.fields, "reduce")
        request: dict[str, Any] = {"remarks": remarks or None}
        request["reduce_itc"] = reduction(reduced) if action == "accept" else None
        weighed = self.buyer.weigh(action, where=self.listing.where, **request)  # type: ignore[arg-type]  # an action
        counted = weighed.allowed + weighed.refused_records
        cursor = self.admission.ims.newest_event() or ""
        meant = self._meant()
        has_changed = self.is_confirmed and self._has_changed(counted, meant)
        if self.is_confirmed and not has_changed:
            report = self.buyer.act_on(
                action,  # type: ignore[arg-type]  # as above
                where=self.listing.where,
                key=key_of(self.fields),
                **request,
            )
            return self.again(Outcome(report.applied, report.saved, groups=report.refused))
        return self.visit.show(
            "confirm.html.j2",
            action=action,
            listing=self.listing,
            judged=None,
            what_if=(),
            unseen=0,
            weighed=weighed,
            again=[("do", action), ("all", "1"), ("count", str(counted)), ("cursor", cursor), ("meant", meant)],
            sums=(),
            left=0,
            may_propose=False,
            changed=has_changed,
            remarks_limit=self.admission.ims.book.calendar.remarks_limit,
        )

    def _meant(self) -> str:
        """Return a digest of the records that a filter by the purchase register means; "" for any other filter."""
        if not self.listing.match:
            return ""
        ids = sorted(row.record.id for row in self.buyer.listed(self.listing.where))
        return sha256(repr(ids).encode()).hexdigest()

    def _has_changed(self, counted: int, meant: str) -> bool:
        """Say whether the records are others than those that were confirmed; what this form did itself is no change."""
        cursor, gstin = text_of(self.fields, "cursor") or None, self.buyer.gstin
        since = next(iter(self.admission.ims.events(cursor, gstin=gstin, limit=1)), None)
        if since is not None and since.request_key is not None and since.request_key == key_of(self.fields):
            return False
        were = text_of(self.fields, "count"), text_of(self.fields, "meant")
        return were != (str(counted), meant) or since is not None
