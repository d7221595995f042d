"""What is due, at risk and waiting, as the home screen says it: a sentence for each item, and the list it leads to.

Imports the face and the shell; counts nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from ims_fsm import Concern, Dashboard, DashboardItem, DashboardRow, DashboardTotal
from ims_fsm.web.languages import N_, day
from ims_fsm.web.screens.shell import Visit, count
from ims_fsm.web.screens.words import word

#: The parts of the home screen in their order, each with what it is of.
GROUPS: Sequence[tuple[str, tuple[Concern, ...]]] = (
    (N_("Due"), (Concern.RETURN_DUE, Concern.STALE_2B)),
    (
        N_("At risk"),
        (Concern.WITHOUT_ACTION, Concern.ACCEPTED_NOT_FILED, Concern.CREDIT_ENDING, Concern.ORIGINAL_UNKNOWN),
    ),
    (N_("Waiting"), (Concern.PENDING, Concern.TO_CHASE, Concern.ADDED_BACK)),
)
TITLES: Mapping[Concern, str] = {
    Concern.RETURN_DUE: N_("GSTR-3B"),
    Concern.STALE_2B: N_("GSTR-2B stale"),
    Concern.WITHOUT_ACTION: N_("Without an action"),
    Concern.ACCEPTED_NOT_FILED: N_("Accepted, not filed by the supplier"),
    Concern.CREDIT_ENDING: N_("ITC ends"),
    Concern.ORIGINAL_UNKNOWN: N_("Original unknown"),
    Concern.PENDING: N_("Pending"),
    Concern.TO_CHASE: N_("Suppliers to chase"),
    Concern.ADDED_BACK: N_("Added back"),
}
#: What each says, and the rule that it rests on. What is behind the day of its GSTR-2B has a sentence of its own.
_SENTENCES: Mapping[Concern, tuple[str, str]] = {
    Concern.RETURN_DUE: (N_("GSTR-3B of %(period)s is to be filed; its GSTR-2B: %(state)s"), ""),
    Concern.STALE_2B: (N_("GSTR-2B of %(period)s is to be recomputed before its GSTR-3B"), "faq.29"),
    Concern.WITHOUT_ACTION: (
        N_("%(records)s of %(period)s will be deemed accepted in GSTR-2B of %(decided_in)s on %(drafted)s"),
        "faq.14.iv",
    ),
    Concern.ACCEPTED_NOT_FILED: (
        N_("%(records)s accepted and only saved, in GSTR-2B of %(period)s if the supplier files by then"),
        "faq.15",
    ),
    Concern.CREDIT_ENDING: (N_("%(records)s with ITC only in a GSTR-3B filed by then"), "sec.16_4"),
    Concern.ORIGINAL_UNKNOWN: (
        N_("%(records)s in no GSTR-2B until it is stated how the original was decided"),
        "faq.13.1",
    ),
    Concern.PENDING: (N_("%(records)s of %(period)s pending"), "faq.21"),
    Concern.TO_CHASE: (
        N_("%(suppliers)s suppliers to chase for %(documents)s documents; their GSTR-1 of %(period)s is due then"),
        "due.gstr1",
    ),
    Concern.ADDED_BACK: (N_("%(records)s rejected, added back to the liability in GSTR-3B of %(period)s"), "faq.34"),
}
_DRAFTED = N_("%(records)s of %(period)s without an action, deemed accepted in GSTR-3B of %(decided_in)s")
#: Where what is about a return and no record leads.
_SCREENS: Mapping[Concern, str] = {
    Concern.RETURN_DUE: "show_three_b_page",
    Concern.STALE_2B: "show_two_b_page",
    Concern.TO_CHASE: "show_chase",
    Concern.ADDED_BACK: "show_added_back",
}


@dataclass(frozen=True, slots=True)
class Duty:
    """An item of the dashboard as it is said, and the address of its records; "" where the caller may not go there."""

    item: DashboardItem
    sentence: str
    rule: str
    address: str

    @property
    def title(self) -> str:
        """What it is in a few words, in English."""
        return TITLES[self.item.concern]


@dataclass(frozen=True, slots=True)
class Group:
    """The items of one taxpayer that are due, or at risk, or that wait; in English what they are."""

    title: str
    duties: tuple[Duty, ...]


def groups_of(visit: Visit, row: DashboardRow, today: date) -> tuple[Group, ...]:
    """Return the items of a taxpayer by group, each group with its earliest day first."""
    return tuple(
        Group(title, tuple(_duty(visit, item, today) for item in row.items if item.concern in concerns))
        for title, concerns in GROUPS
    )


def totals_of(read: Dashboard) -> tuple[tuple[DashboardTotal, ...], ...]:
    """Return what the items come to over all taxpayers, by group and concern."""
    totals = read.totals
    return tuple(tuple(total for total in totals if total.concern in concerns) for _, concerns in GROUPS)


def _duty(visit: Visit, item: DashboardItem, today: date) -> Duty:
    text, rule = _SENTENCES[item.concern]
    dates = item.dates
    if item.concern is Concern.WITHOUT_ACTION and dates is not None and today >= dates.drafted_on:
        text = _DRAFTED
    fields = {
        "records": records_in_words(visit, item.records),
        "suppliers": count(item.suppliers),
        "documents": count(item.records),
        "period": item.period or "",
        "state": visit.say(word(dates.two_b)) if dates else "",
        "decided_in": dates.period if dates else "",
        "drafted": day(dates.drafted_on, visit.language) if dates else "",
    }
    return Duty(item, visit.say(text) % fields, rule, _address(visit, item))


def records_in_words(visit: Visit, number: int) -> str:
    """Return how many records there are, in the reader's language."""
    return visit.say(N_("1 record")) if number == 1 else visit.say(N_("%(number)s records")) % {"number": count(number)}


def _address(visit: Visit, item: DashboardItem) -> str:
    """Return where the records of an item are listed, exactly those that it counts, or the screen of its return."""
    if (screen := _SCREENS.get(item.concern)) is not None and visit.may(screen):
        return visit.at(screen, gstin=item.gstin, period=item.period)
    if item.where is None or not visit.may("show_inward"):
        return ""
    # The list shows what is in IMS unless it is asked for all; an item that does not say counts both.
    query = item.filters | ({} if item.where.in_ims is not None else {"all": ["true"]})
    return f"{visit.at('show_inward', gstin=item.gstin)}?{urlencode(query, doseq=True)}"
