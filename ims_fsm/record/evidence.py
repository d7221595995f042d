"""What sightings tell of a record that its supplier filed: the 2B period to which it belongs, as far as they say.

Imports the calendar and the words; runs no statement. No download says when a form was filed, so each sighting is kept
for what it proves, and the period follows from all of them, in whatever order they came.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ims_fsm.law.calendar import Calendar
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of when a record was filed; moments are aware.

    `filed_at` is the first sighting as filed, `unfiled_at` the last as saved before it (None: never), `wholes` are the
    moments at which everything of its machine was shown, in order: before `filed_at` it was not there as filed.
    """

    form: Form
    return_period: TaxPeriod
    named: TaxPeriod | None
    pending: bool
    filed_at: datetime
    unfiled_at: datetime | None
    wholes: Sequence[datetime] = ()

    @property
    def not_filed_by(self) -> datetime | None:
        """The newest moment at which it was certainly not filed yet; None where nothing proves any."""
        before = self.wholes[: bisect_left(self.wholes, self.filed_at)][-1:]
        saved = [self.unfiled_at] if self.unfiled_at is not None and self.unfiled_at <= self.filed_at else []
        return max([*before, *saved], default=None)

    def two_b_period(self, calendar: Calendar, supplier: Filing, recipient: Filing, owed: TaxPeriod) -> TaxPeriod:
        """Return the 2B period: the one that the portal names, else the earliest that nothing contradicts.

        That is not before what its form leads to, nor before the window in which it was not filed yet (window.2b), nor
        before `owed`, the first whose GSTR-3B was not filed: what that decided has left IMS (FAQ 5), and this has not,
        unless it is pending.
        """
        if self.named is not None:
            return calendar.period_for(self.named, recipient)
        bounds = [calendar.form_period(self.form, self.return_period), calendar.first_period]
        if self.not_filed_by is not None:
            bounds.append(calendar.window_period(self.form, supplier, self.not_filed_by))
        if not self.pending:
            bounds.append(owed)
        return calendar.period_for(max(bounds), recipient)
