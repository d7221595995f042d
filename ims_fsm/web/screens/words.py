"""The field's words as the screens write them; each is translated where it is shown.

Imports the vocabulary and the marker of texts.
"""

from __future__ import annotations

from collections.abc import Mapping

from ims_fsm.web.languages import N_

#: A word of the vocabulary, and what stands for it on a screen. One that is not here is written as it is.
WORDS: Mapping[str, str] = {
    "monthly": N_("monthly"),
    "quarterly": N_("quarterly"),
    "no_action": N_("No action"),
    "accepted": N_("Accepted"),
    "rejected": N_("Rejected"),
    "pending": N_("Pending"),
    "frozen": N_("Frozen"),
    "removed": N_("Removed"),
    "deemed_accepted": N_("Deemed accepted"),
    "superseded": N_("Superseded"),
    "supplier_deleted": N_("Deleted by its supplier"),
    "sec_16_4": N_("Time limit passed"),
    "absent": N_("not generated"),
    "draft": N_("draft"),
    "stale": N_("stale"),
    "final": N_("final"),
    "accept": N_("Accept"),
    "reject": N_("Reject"),
    "keep_pending": N_("Pending"),
    "reset": N_("No action"),
    "saved": N_("saved"),
    "filed": N_("filed"),
    "invoice": N_("Invoice"),
    "debit_note": N_("Debit note"),
    "credit_note": N_("Credit note"),
    "eco_document": N_("ECO document"),
    "bill_of_entry": N_("Bill of entry"),
    "change": N_("change"),
    "clock": N_("clock"),
    "delete": N_("delete"),
    "edit": N_("edit"),
    "expire": N_("expire"),
    "file_3b": N_("file GSTR-3B"),
    "freeze": N_("freeze"),
    "generate": N_("generate"),
    "lapse": N_("lapse"),
    "recipient": N_("recipient"),
    "save": N_("save"),
    "supplier": N_("supplier"),
    "exact": N_("Exact"),
    "formatting": N_("Written otherwise"),
    "date_off": N_("Date differs"),
    "wrong_head": N_("Other head"),
    "amount_off": N_("Amount differs"),
    "look_alike": N_("Looks alike"),
    "other_gstin": N_("Other GSTIN"),
    "manual": N_("Paired by hand"),
    "booked_twice": N_("Booked twice"),
    "reported_twice": N_("Reported twice"),
    "portal_only": N_("Only on the portal"),
    "no_register": N_("No register of its month"),
    "books_only": N_("Only in the books"),
    "ask": N_("Ask a person"),
    "pair": N_("paired"),
    "split": N_("parted"),
    "free": N_("left to the rules"),
    "certain": N_("certain"),
    "corroborated": N_("corroborated"),
    "derived": N_("derived"),
}


def word(said: object) -> str:
    """Return the word of a screen for one of the vocabulary, in English.

    >>> word("keep_pending"), word("not_in_any_list")
    ('Pending', 'not in any list')
    """
    return WORDS.get(str(said), str(said).replace("_", " "))
