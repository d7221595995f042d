"""The tales that are told: an invoice amended in the next tax period, and a credit note rejected and furnished again.

Imports the telling alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ims_fsm.charts.sequence.story import Tale, month
from ims_fsm.charts.sequence.telling import Telling
from ims_fsm.law.book import LawBook
from ims_fsm.law.due_dates import ONE_DAY
from ims_fsm.law.ledger import Outcome
from ims_fsm.terms.money import shown
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind, Trigger


def amendment(book: LawBook, period: TaxPeriod, v0: int, v1: int) -> Tale:
    """Tell the amendment of an invoice in the next 2B period, V0 and V1 in paise (FAQ 13).

    The amendment waits for the original and its GSTR-3B; what is tried before is refused.
    """
    told = Telling(book, Kind.INVOICE, period, v0, v1)
    first, second = told.period, told.following
    told.reports(first, "invoice", v0, ("faq.15",))
    told.shows(told.files(first), "original")
    saved = told.files(first) + ONE_DAY
    told.saves(saved, f"saves its amendment in GSTR-1 of {month(second)}, tax {shown(v1)}", ("faq.4", "faq.6"))
    told.shows(saved, "amendment")
    told.acts(saved, Trigger.ACCEPT, "amendment", original="unsettled")
    told.acts(saved, Trigger.ACCEPT, "original")
    told.drafts(first, v0, Outcome.ACCEPTED)
    told.acts(told.drafted(first), Trigger.ACCEPT, "amendment", original="unsettled")
    told.files_3b(first, v0, Outcome.ACCEPTED, "original")
    told.acts(told.due(first), Trigger.KEEP_PENDING, "amendment", original="accepted", only_refused=True)
    told.acts(told.due(first), Trigger.ACCEPT, "amendment", original="accepted")
    told.reports(second, "amendment", v1, ("faq.15", "annexure.a"))
    told.drafts(second, v1, Outcome.ACCEPTED)
    told.files_3b(second, v1, Outcome.ACCEPTED, "amendment")
    says = "the original is decided, and its GSTR-3B filed, before the amendment (FAQ 13)"
    return _tale(told, "amendment", "An amended invoice", says)


def rejected_credit_note(book: LawBook, period: TaxPeriod, v0: int, v1: int) -> Tale:
    """Tell a credit note that is rejected, added back, furnished again and accepted, V0 and V1 in paise (FAQ 34)."""
    told = Telling(book, Kind.CREDIT_NOTE, period, v0, v1)
    first, second = told.period, told.following
    told.reports(first, "credit note", v0, ("faq.15",))
    told.shows(told.files(first), "credit note")
    day = told.files(first) + ONE_DAY
    told.acts(day, Trigger.KEEP_PENDING, "credit note", only_refused=True)
    told.acts(day, Trigger.REJECT, "credit note")
    told.drafts(first, v0, Outcome.REJECTED)
    told.files_3b(first, v0, Outcome.REJECTED, "credit note")
    told.reports(second, "credit note again", v1, ("faq.19.2", "refurnish.3", "refurnish.4"))
    told.shows(told.files(second), "second note")
    day = told.files(second) + ONE_DAY
    told.acts(day, Trigger.KEEP_PENDING, "second note", original="rejected", only_refused=True)
    told.acts(day, Trigger.ACCEPT, "second note", original="rejected")
    told.drafts(second, v1, Outcome.ACCEPTED)
    told.files_3b(second, v1, Outcome.ACCEPTED, "second note")
    says = "added back to the supplier's liability until he furnishes it again (FAQ 34, Annexure-A)"
    return _tale(told, "rejected-credit-note", "A rejected credit note", says)


TALES: Mapping[str, Callable[[LawBook, TaxPeriod, int, int], Tale]] = {
    "amendment": amendment,
    "rejected-credit-note": rejected_credit_note,
}


def _tale(told: Telling, name: str, title: str, says: str) -> Tale:
    rule_set = told.book.law.machine(str(told.kind)).at(told.period).rule_set.id
    return Tale(name, title, says, rule_set, tuple(told.steps), told.standing)
