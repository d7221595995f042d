"""A lender's own table and the cases of its loans, in one transaction on one database.

What the law decides by is read from the lender's table, so no caller says it: the band of the amount, the score, the
valuation. The policy is in the files beside this one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import BigInteger, create_engine
from sqlalchemy import Engine as Database
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from ims_fsm import Case, CasesDesk, ConflictError, Engine, Principal

POLICY = Path(__file__).parent
RUPEES = 100  # paise
LAKH = 1_00_000 * RUPEES
FAIR = 650
STANDS, FRESH = timedelta(days=30), timedelta(days=183)
TRIES = 3
CLOCK = Principal("clock", roles=["scheduler"])


class Base(DeclarativeBase):
    """The lender's tables."""


class Loan(Base):
    """A loan as the lender knows it."""

    __tablename__ = "loan"

    number: Mapped[str] = mapped_column(primary_key=True)
    amount_paise: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int]
    valued_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(default="")
    paid: Mapped[bool] = mapped_column(default=False)


def utc_now() -> datetime:
    """Return the moment now."""
    return datetime.now(UTC)


class Lender:
    """Loans and their cases; whoever acts is named in every call."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = utc_now) -> None:
        """Make the tables where there are none, and read the policy."""
        self._database, self._clock = database, clock
        self.engine = Engine(database, machines=POLICY, clock=clock)
        Base.metadata.create_all(database)

    def apply(self, number: str, rupees: int, score: int, *, period: str | None = None) -> None:
        """Take in an application."""
        with Session(self._database) as session, session.begin():
            self._desk(session, "applicant").open(number, period=period)
            session.add(Loan(number=number, amount_paise=rupees * RUPEES, score=score))

    def act(self, number: str, trigger: str, by: str | Principal, *, key: str | None = None, reason: str = "") -> str:
        """Fire a trigger on a loan and return where it stands; a call that is repeated under its key is done once.

        Raises `RefusedError` with every reason, and nothing is written then.
        """
        for _ in range(TRIES - 1):
            with suppress(ConflictError):  # in one's own transaction another writer's win is ours to begin anew from
                return self._act(number, trigger, by, key, reason)
        return self._act(number, trigger, by, key, reason)

    def lapse(self) -> int:
        """End the offers that have stood too long, and return how many: a worker's, every night."""
        with Session(self._database) as session, session.begin():
            return self._desk(session, CLOCK).fire_on("lapse", states=["offered"]).applied

    def _act(self, number: str, trigger: str, by: str | Principal, key: str | None, reason: str) -> str:
        with Session(self._database) as session, session.begin():
            loan = session.get_one(Loan, number)
            loan.reason = reason or loan.reason
            session.flush()
            desk = self._desk(session, by)
            case = desk.find(number)
            if case is None:
                raise LookupError(f"loan {number} has no case; apply for it first")
            state = desk.fire(case.id, trigger, key=key).state
            loan.paid = state == "paid"
            return state

    def _desk(self, session: Session, by: str | Principal) -> CasesDesk:
        def facts(case: Case) -> dict[str, str]:
            return self._facts(session.get_one(Loan, case.key), case)

        return self.engine.bound(session).cases("loan_application", actor=by, facts=facts)

    def _facts(self, loan: Loan, case: Case) -> dict[str, str]:
        now = self._clock()
        fresh = loan.valued_on is not None and now.date() - loan.valued_on <= FRESH
        over = case.state == "offered" and now - case.last_at > STANDS
        return {
            "amount": band(loan.amount_paise),
            "score": "fair" if loan.score >= FAIR else "poor",
            "valuation": "fresh" if fresh else "none",
            "reason": "given" if loan.reason else "absent",
            "offer_age": "over_30_days" if over else "up_to_30_days",
        }


def band(paise: int) -> str:
    """Return the band that an amount in paise is in.

    >>> [band(lakhs * LAKH) for lakhs in (5, 6, 50, 51)]
    ['small', 'medium', 'medium', 'large']
    """
    return "small" if paise <= 5 * LAKH else "medium" if paise <= 50 * LAKH else "large"


def main(roles: Collection[str] = ("officer",)) -> None:
    """Take one loan through its life."""
    lender = Lender(create_engine(sys.argv[1] if len(sys.argv) > 1 else "sqlite:///loans.db"))
    lender.apply("L-1", 4_00_000, 720)
    print(lender.act("L-1", "offer", Principal("meera", roles=roles)))
    print(lender.act("L-1", "accept", "applicant"))


if __name__ == "__main__":
    main()
