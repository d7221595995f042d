"""A member of a version chain in SQL: what its own row says of how it stands, whatever chain it is in.

Imports the tables and the scope.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Subquery, and_, case, cast, func, or_, select

from ims_fsm.store.sql.prepared import number, word, words
from ims_fsm.store.sql.scene import AMENDING, Shape, amending, expected_period
from ims_fsm.store.tables import RECORD
from ims_fsm.terms.money import HEADS
from ims_fsm.terms.vocabulary import Disposition, Form, RemovedFor, SupplierStatus

# No record has a number as large: an age is the turn of an amendment's return so many times, and its number.
LATER = number(2**40)
ONE, ZERO = number(1), number(0)
# A chain of more members than these is long.
MOST = number(2)
ACCEPTED = (Disposition.ACCEPTED, Disposition.DEEMED_ACCEPTED)


def age_of(at: Any) -> ColumnElement[int]:
    """Return what orders the versions of a chain, as `Record.age` does."""
    month = cast(func.replace(at.return_period, word("-"), word("")), BigInteger)
    turn = month + month + case((at.form == word(Form.GSTR_1A), ONE), else_=ZERO)
    age: ColumnElement[int] = at.id + case((at.original_date.is_not(None), turn * LATER), else_=ZERO)
    return age


class Member:
    """A row of the record table, under its own name or another, as the member of a chain."""

    def __init__(self, shape: Shape, table: Any = RECORD) -> None:
        """Keep the shape and the table."""
        self.table, self.at = table, table.c
        self._shape = shape

    @property
    def amends(self) -> ColumnElement[bool]:
        """Whether it is an amendment."""
        amends: ColumnElement[bool] = self.at.original_date.is_not(None)
        return amends

    @property
    def age(self) -> ColumnElement[int]:
        """Its place among the versions of its chain: the original comes first, then amendments by their returns."""
        return age_of(self.at)

    @staticmethod
    def aged(age: ColumnElement[int]) -> ColumnElement[int]:
        """Return the number of the version of an age."""
        return age % LATER

    @property
    def period(self) -> ColumnElement[str]:
        """Its 2B period, fixed or expected."""
        return expected_period(self._shape, self.at)

    @property
    def alive(self) -> ColumnElement[bool]:
        """Whether its supplier has not deleted it."""
        return func.coalesce(self.at.removed_for, word("")) != word(RemovedFor.SUPPLIER_DELETED)

    @property
    def undecided(self) -> ColumnElement[bool]:
        """Whether a GSTR-3B may still decide it."""
        return and_(self.at.settled_in.is_(None), self.at.removed_for.is_(None))

    @property
    def decided(self) -> ColumnElement[bool]:
        """Whether it is decided here, and not as what a later version prevails over."""
        return and_(self.alive, ~self.undecided, ~self.superseded)

    @property
    def superseded(self) -> ColumnElement[bool]:
        """Whether a later version has prevailed over it."""
        return func.coalesce(self.at.disposition, word("")) == word(Disposition.SUPERSEDED)

    @property
    def outcome(self) -> ColumnElement[str]:
        """What it was decided as, in the words of an amendment's fact."""
        return case(
            (self.at.disposition.in_(words(ACCEPTED)), word("accepted")),
            (self.at.disposition == word(Disposition.REJECTED), word("rejected")),
            else_=word("outside"),
        )

    @property
    def counting(self) -> ColumnElement[bool]:
        """Whether it says what the chain carries: it is decided here and neither rejected nor removed."""
        return and_(self.decided, self.at.removed_for.is_(None), self.outcome != word("rejected"))

    @property
    def leaves(self) -> ColumnElement[bool]:
        """Whether it gave no credit, and left some of what was taken before it."""
        return and_(self.outcome == word("outside"), or_(*(self.at[f"carried_{head}"] != ZERO for head in HEADS)))

    @property
    def filed(self) -> ColumnElement[bool]:
        """Whether it is filed and not removed, and so may prevail over those before it."""
        return and_(self.at.supplier_status == word(SupplierStatus.FILED), self.at.removed_for.is_(None))

    @property
    def ends(self) -> ColumnElement[str | None]:
        """The 2B period from which it ends the credit before it, where its route does."""
        return case((and_(self.filed, self._prevails), self.at.two_b_period))

    @property
    def ended(self) -> ColumnElement[bool]:
        """Whether a GSTR-3B has decided it, and with it what was before."""
        return and_(self.decided, self.filed, self.at.settled_in.is_not(None), self._prevails)

    @property
    def _prevails(self) -> ColumnElement[bool]:
        names = {str(route.name) for route in self._shape.book.routing.routes if route.prevails}
        prevails: ColumnElement[bool] = self.at.route.in_(words(names))
        return prevails

    def of_the_chain(self, chain: Any) -> ColumnElement[bool]:
        """Return the condition that it belongs to the chain of another row."""
        same = and_(self.at.recipient_gstin == chain.recipient_gstin, self.at.chain_id == chain.chain_id)
        # Of one recipient it chooses the partition. Of many PostgreSQL would look for each chain under every one of
        # them, or, as that is dear, read all that they have.
        return same if self._shape.many else and_(self._shape.of(self.table), same)


def chains_of(shape: Shape, *, long: bool) -> Subquery:
    """Return the chains with an amendment in which a record is meant: those of more than two members, or the others."""
    any_member = Member(shape, RECORD.alias("any_member"))
    key, count = (AMENDING.c.recipient_gstin, AMENDING.c.chain_id), func.count()
    members = select(func.count()).select_from(any_member.table).where(any_member.of_the_chain(AMENDING.c))
    query = select(*key).where(*amending(shape)).group_by(*key)
    # The amendments are counted where they are found; only where they are few is the original looked for.
    is_long = or_(count > MOST, members.correlate(AMENDING).scalar_subquery() > MOST)
    return query.having(is_long if long else ~is_long).subquery("chains")
