"""The shape of machines/calendar.toml: its tables as plain frozen values, nothing computed.

Must not import the calendar that is made of it, pydantic, a database or a clock; it opens no file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import field
from typing import Annotated, Generic, Literal, TypeVar

from ims_fsm.law.declaration import Declared, RuleId, Shape
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Filing, Form, Kind, ReminderKind

# The days that a tax period can name; beyond them no due day can be worked out.
EARLIEST, LATEST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)


def _followed(period: TaxPeriod) -> TaxPeriod:
    if period == TaxPeriod.of(LATEST):
        raise ValueError(f"{period} is the last month there is; name an earlier period")
    return period


def _once_each(days: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(days)) != len(days):
        raise ValueError("a number of days stands twice; name each once")
    return days


Day = Annotated[dt.date, Shape(strict=True, ge=EARLIEST, le=LATEST)]
DayOfMonth = Annotated[int, Shape(strict=True, ge=1, le=28)]
Count = Annotated[int, Shape(strict=True, ge=0)]
FollowedPeriod = Annotated[TaxPeriod, Shape(after=_followed)]
StateCode = Annotated[str, Shape(pattern=r"^[0-9]{2}$")]
Words = Annotated[str, Shape(min_length=1)]
# Names are kept in one text, so they have no comma.
ExtensionName = Annotated[str, Shape(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ./_-]*$", max_length=40)]
T = TypeVar("T")


class Cited(Declared):
    """A table that names the rule it serves."""

    rule: RuleId


class Opening(Cited):
    """The first day on which a recipient may act (FAQ 3)."""

    day: Day


class FirstPeriod(Cited):
    """The first 2B period whose records are in IMS."""

    period: TaxPeriod


class FinancialYear(Cited):
    """The month in which a financial year begins."""

    first_month: Annotated[int, Shape(strict=True, ge=1, le=12)]


class PeriodLength(Cited):
    """How many months one tax period has; periods divide the calendar year evenly (FAQ 27)."""

    months: Literal[1, 2, 3, 4, 6, 12]


class PerFiling(Declared, Generic[T]):
    """Something declared for each filing frequency."""

    monthly: T
    quarterly: T

    def of(self, filing: Filing) -> T:
        """Return what is declared for a filing frequency."""
        return self.quarterly if filing == Filing.QUARTERLY else self.monthly


class PutForward(Cited):
    """How many months after its own a form's return period leads to GSTR-2B."""

    months_later: Count


class Window(Cited):
    """The day of the month on which some forms' 2B window begins; the day before it, a month later, is the last."""

    forms: frozenset[Form]
    supplier_filing: frozenset[Filing]
    first_day: DayOfMonth
    #: By form the return with whose due day the window ends: an extension of that moves both.
    follows: dict[Form, Literal["gstr1"]] = field(default_factory=dict)


class NextMonth(Cited):
    """A day in the month after the tax period."""

    day: DayOfMonth


class NextMonthByState(Cited):
    """Days in the month after the tax period, by the category of a state."""

    days: Annotated[dict[str, DayOfMonth], Shape(min_length=1)]


class DueGstr3b(Declared):
    """The due days of GSTR-3B."""

    monthly: NextMonth
    quarterly: NextMonthByState


class Due(Declared):
    """The due days of the returns."""

    gstr1: PerFiling[NextMonth]
    gstr3b: DueGstr3b


class Territory(Declared):
    """A state or union territory and the category that chooses its quarterly due day."""

    name: Words
    category: Words


class TimeLimit(Cited):
    """A last day in the calendar year in which a financial year ends, and the kinds of document that it binds.

    That of input tax credit (section 16(4)), and that of a supplier's amendment (section 37(3)).
    """

    kinds: frozenset[Kind]
    month: Annotated[int, Shape(strict=True, ge=1, le=12)]
    day: Annotated[int, Shape(strict=True, ge=1, le=31)]

    def __post_init__(self) -> None:
        """Refuse a day that its month does not have."""
        try:
            dt.date(2001, self.month, self.day)
        except ValueError as error:
            what = f"month {self.month} has no day {self.day} in every year"
            raise ValueError(f"{what}; name a day that it has") from error


class PendingTime(Cited):
    """How many tax periods a specified record may stay pending (rule set IMS-2025-10)."""

    tax_periods: Count


class Consent(Cited):
    """How many months after a tax period it is old, so that filing its GSTR-3B is asked for once more."""

    old_after: Count


class ReductionDeclaration(Cited):
    """The first day on which the declaration of the ITC reduction is mandatory."""

    mandatory_from: Day


class Remarks(Cited):
    """The most characters that a remark may have."""

    limit: Count


class Reminder(Cited):
    """How many days before its last day something is brought to a recipient's mind; each of them once."""

    days_before: Annotated[tuple[Annotated[int, Shape(strict=True, ge=0, le=366)], ...], Shape(after=_once_each)]


class Extension(Declared):
    """One date moved to a later day by a notification; what is left out is not narrowed.

    Where it names districts it holds for taxpayers who say that they are under it, by its name: nobody else knows.
    """

    what: Literal["gstr1", "gstr3b", "two_b", "window"]
    period: FollowedPeriod
    date: Day
    source: Words
    name: ExtensionName | None = None
    certainty: Literal["certain", "corroborated", "derived"] | None = None
    filing: Filing | None = None
    states: Annotated[frozenset[str], Shape(min_length=1)] | None = None
    districts: Annotated[tuple[Words, ...], Shape(min_length=1)] | None = None
    form: Form | None = None

    def __post_init__(self) -> None:
        """Refuse districts without a name."""
        if self.districts is not None and self.name is None:
            raise ValueError("names districts and has no name; give it one, by which a taxpayer can be under it")

    def covers(
        self,
        what: str,
        period: TaxPeriod,
        *,
        filing: Filing | None = None,
        state: str | None = None,
        form: Form | None = None,
        under: Collection[str] = (),
    ) -> bool:
        """Say whether this extension moves that date; `under` are the names of those that the taxpayer is under."""
        narrowed = self.filing in {None, filing} and self.form in {None, form}
        named = (self.states is None or state in self.states) and (self.districts is None or self.name in under)
        return self.what == what and self.period == period and narrowed and named


class CalendarDeclaration(Declared):
    """Everything that machines/calendar.toml declares."""

    opening: Opening
    first_period: FirstPeriod
    financial_year: FinancialYear
    tax_period: PerFiling[PeriodLength]
    form_period: dict[Form, PutForward]
    window: dict[str, Window]
    two_b: NextMonth
    due: Due
    state: dict[StateCode, Territory]
    time_limit: TimeLimit
    amendment: TimeLimit
    pending: PendingTime
    consent: Consent
    declaration: ReductionDeclaration
    remarks: Remarks
    reminder: dict[ReminderKind, Reminder]
    extension: tuple[Extension, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a calendar without one of the reminders."""
        missing = [kind for kind in ReminderKind if kind not in self.reminder]
        if missing:
            raise ValueError(f"reminder has no {' and no '.join(missing)}; add it, with no days where none is wanted")

    def citations(self) -> Iterator[tuple[str, str]]:
        """Give each cited table's place ("due.gstr1.monthly") and its rule id."""
        return _citations(self, "")


def _citations(table: object, place: str) -> Iterator[tuple[str, str]]:
    parts = vars(table) if isinstance(table, Declared) else table
    for key, value in parts.items() if isinstance(parts, dict) else ():
        if key == "rule":
            yield place, value
        else:
            yield from _citations(value, f"{place}.{key}" if place else str(key))
