"""What is recommended beside a list: a page of what one action is recommended for, and all that is still to be done.

Imports the face and the list; acts on nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from itertools import islice

from ims_fsm import Heads, ListedRecord, RecipientDesk, Recommendation
from ims_fsm.web.screens.listing import Listing
from ims_fsm.web.screens.rows import Beside

#: What may be recommended, in the order of the filter.
OFFERED = ("accept", "reject", "keep_pending", "ask")
#: So many records are confirmed at once.
MOST = 500
#: So many more are counted.
COUNTED = 10_000
#: So many are looked through for a page of what one action is recommended for; the next page goes on behind them.
LOOKED_AT = 2_000


def page_of(buyer: RecipientDesk, listing: Listing) -> tuple[Sequence[ListedRecord], Beside, int | None]:
    """Return the lines of a page, what the last matching has of them, and the record behind which the next begins."""
    wanted, begin = listing.recommended, listing.begin(buyer.gstin)
    most = listing.limit if wanted is None else LOOKED_AT
    rows = buyer.listed(listing.where, limit=most + 1, sort=listing.sort, after=begin)
    page: list[ListedRecord] = []
    beside, looked_at = Beside(), 0
    with closing(rows):
        while part := list(islice(rows, min(listing.limit, most - looked_at))):
            near = Beside.of(buyer, [row.record.id for row in part])
            page += [row for row in part if wanted in {None, near.action(row.record.id)}]
            beside, looked_at = beside.and_also(near), looked_at + len(part)
            if len(page) >= listing.limit or looked_at == most:
                return page, beside, part[-1].record.id if next(rows, None) is not None else None
    return page, beside, None


def advised(buyer: RecipientDesk, listing: Listing, ids: Collection[int] | None) -> Iterator[Recommendation]:
    """Give what is recommended where nobody has acted yet, for these records or for all that the list means."""
    listed = (row.record.id for row in buyer.listed(listing.where, sort=listing.sort)) if ids is None else sorted(ids)
    meant = iter(listed)
    while part := list(islice(meant, listing.limit)):
        for of in buyer.recommend(records=part):
            if of.to_do and listing.recommended in {None, of.action}:
                yield of


def added_up(advice: Sequence[Recommendation]) -> list[tuple[str, int, Heads]]:
    """Return how many records each action is recommended for, and the tax of them."""
    actions = dict.fromkeys(str(of.action) for of in advice)
    of_action = {action: [of for of in advice if of.action == action] for action in actions}
    return [
        (name, len(those), sum((of.record.document.credit for of in those), Heads()))
        for name, those in of_action.items()
    ]
