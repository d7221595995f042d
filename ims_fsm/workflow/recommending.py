"""What is recommended for the records of a matching: a policy proposes, the law is asked, and nothing is done.

Imports the matching and the views; writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from ims_fsm.errors import MissingError, Problem
from ims_fsm.law.policy import ASK, Recommended, Standing
from ims_fsm.law.policy_reading import Advice
from ims_fsm.record.recommendation import ExplainedRecommendation, PassedOver, Recommendation, WeighedAction
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Told
from ims_fsm.record.register import Match
from ims_fsm.record.scene import NO_REQUEST
from ims_fsm.record.settling import comes_to
from ims_fsm.record.steps import as_acted, is_over
from ims_fsm.store.purchases import matches
from ims_fsm.store.purchases.matches import MatchesWhere
from ims_fsm.terms.period import TaxPeriod, in_india
from ims_fsm.terms.vocabulary import State, Trigger
from ims_fsm.workflow.calendar.sweeps import next_period
from ims_fsm.workflow.unit import UnitOfWork
from ims_fsm.workflow.views.views import refusals_on

PAGE = 500
_LEADS_TO = {Trigger.ACCEPT: State.ACCEPTED, Trigger.REJECT: State.REJECTED, Trigger.KEEP_PENDING: State.PENDING}


def recommended(unit: UnitOfWork, recipient: str, advice: Advice, where: MatchesWhere) -> Iterator[Recommendation]:
    """Give what is recommended for each record of the last matching that is in IMS and not decided, pairs first."""
    unit.taxpayer(recipient)
    asking = Asking(unit, recipient, advice, next_period(unit, recipient))
    listed = matches.listed(unit.connection, recipient, where)
    open_ones = (of for of in listed if of.record is not None and is_open(of.record))
    while page := list(islice(open_ones, PAGE)):
        chains = unit.chains_of([of.record for of in page if of.record is not None])
        for of in page:
            if of.record is not None:
                chain = chains[of.record.id]
                yield asking.about(of, of.record, chain, refusals_on(unit, of.record, chain))


def explained(unit: UnitOfWork, recipient: str, record_id: int, advice: Advice) -> ExplainedRecommendation:
    """Return why something is recommended for a record; raises `MissingError` where nothing is."""
    record = unit.record(record_id, recipient)
    of = matches.of_records(unit.connection, recipient, [record_id]).get(record_id)
    if of is None or not is_open(record):
        what = "is decided, or is not in IMS" if of is not None else "takes part in no matching"
        problem = Problem(f"record {record_id}", f"{what}, so that nothing is recommended for it", "see recommend()")
        raise MissingError("recommendation", [problem])
    asking = Asking(unit, recipient, advice, next_period(unit, recipient))
    return asking.explained(of, record, unit.chains_of([record])[record_id])


def is_open(record: Record) -> bool:
    """Say whether anything is recommended for a record: it is in IMS, and not decided."""
    return record.in_ims and not is_over(record)


@dataclass(frozen=True, slots=True)
class Asking:
    """A policy and the law, asked about one record after the other."""

    unit: UnitOfWork
    recipient: str
    advice: Advice
    next: TaxPeriod

    def about(
        self, of: Match, record: Record, chain: Sequence[Record], may: Mapping[str, tuple[Told, ...]]
    ) -> Recommendation:
        """Return what is recommended for a record; `may` has for each action every refusal of it."""
        entry = self.advice.policy.chosen(self._standing(of, record))
        words: tuple[Recommended, ...] = (entry.action, *entry.otherwise, ASK)
        action = next(word for word in words if self._is_open(word, record, may))
        refusals = may.get(entry.action, ()) if action != entry.action else ()
        scene = self.unit.scene(self.recipient)
        period = max(scene.expected_period(record), self.next)
        then = record if action == ASK else as_acted(record, Trigger(action), NO_REQUEST, self.unit.now)
        return Recommendation(
            match=of,
            record=record,
            entry=entry.name,
            says=entry.says,
            wanted=entry.action,
            action=action,
            refusals=refusals,
            is_done=action != ASK and record.state is _LEADS_TO[Trigger(action)],
            itc=comes_to(then, chain, scene, period)[1].itc,
            now_itc=comes_to(record, chain, scene, period)[1].itc,
            policy=self.advice.over_policy,
            rules=self.advice.over_rules,
        )

    def explained(self, of: Match, record: Record, chain: Sequence[Record]) -> ExplainedRecommendation:
        """Return why something is recommended for a record."""
        may, standing = refusals_on(self.unit, record, chain), self._standing(of, record)
        entry = self.advice.policy.chosen(standing)
        passed = self.advice.policy.passed_over(standing)
        return ExplainedRecommendation(
            recommendation=self.about(of, record, chain, may),
            passed_over=tuple(PassedOver(entry=before.name, why=why) for before, why in passed),
            weighed=tuple(
                WeighedAction(action=word, refusals=() if self._is_open(word, record, may) else may[word])
                for word in dict.fromkeys((entry.action, *entry.otherwise))
            ),
        )

    def _standing(self, of: Match, record: Record) -> Standing:
        return Standing(
            class_name=of.class_name,
            tax_off=sum(map(abs, of.tax_off)),
            tax=record.document.tax.total,
            supplier=record.document.supplier,
            days=(in_india(self.unit.now).date() - record.document.date).days,
        )

    def _is_open(self, word: Recommended, record: Record, may: Mapping[str, Sequence[Told]]) -> bool:
        # Where a record stands it may stay, whether or not it could be brought there now.
        return word == ASK or record.state is _LEADS_TO[Trigger(word)] or not may[word]
