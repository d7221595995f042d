"""What is proved of every history: a claim is its sentence, its rules, and a small function that finds what is wrong.

Imports the record, what histories are made of and their stories; explores nothing and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ims_fsm.law.ledger import Outcome
from ims_fsm.law.properties.claim import Claim, Claims
from ims_fsm.record.chain import stating, versions_of
from ims_fsm.record.histories.moves import Chain, Closing, Step, is_open
from ims_fsm.record.histories.setting import Setting
from ims_fsm.record.histories.story import Story
from ims_fsm.record.record import Record
from ims_fsm.record.scene import Scene, full_reduction, original_of
from ims_fsm.record.settling import declared_reduction, held_back, why_left_out
from ims_fsm.record.steps import considered
from ims_fsm.terms.money import NIL, Heads
from ims_fsm.terms.vocabulary import Kind, RemovedFor, State

Wrong = str | None


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A history for which a claim does not hold: what is wrong, and its steps."""

    setting: Setting
    wrong: str
    steps: tuple[Step, ...]


@dataclass
class Proved:
    """A claim as proved over histories: how much was looked at, how much of it fails, a counterexample a setting."""

    claim: Claim
    checked: int = 0
    failed: int = 0
    counterexamples: list[Counterexample] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """It holds when something was looked at and nothing is against it."""
        return self.checked > 0 and not self.failed

    @property
    def stories(self) -> tuple[str, ...]:
        """The counterexamples as scenario files, with what is wrong in their first lines."""
        return tuple(
            Story(against.setting, against.steps).text(
                self.claim.sentence, self.claim.rules, f"Wrong: {against.wrong}.", f"Setting: {against.setting.name}."
            )
            for against in self.counterexamples
        )

    def found(self, setting: Setting, wrong: Wrong, steps: Callable[[], tuple[Step, ...]]) -> None:
        """Count one more that was looked at, and keep the first of a setting with which something is wrong."""
        self.checked += 1
        if wrong is not None:
            self.failed += 1
            if not self.counterexamples or self.counterexamples[-1].setting is not setting:
                self.counterexamples.append(Counterexample(setting, wrong, steps()))


#: What the clock ends in a chain: the chain before and after, and what it is read against.
Ending = tuple[Chain, Chain, Scene]
OF_CLOSINGS, OF_ENDINGS = Claims[Callable[[Closing], Wrong]](), Claims[Callable[[Ending], Wrong]]()
#: What is claimed only where the recipient acts on what is filed.
OF_ACTIONS_ON_FILED = frozenset({"no_pending_at_stake"})

# Found by the exploration itself: they speak of what may follow, not of one step.
CAN_FILE = Claim(
    "gstr3b_can_be_filed",
    "A recipient can always come to file GSTR-3B by moves of their own, once the day of its GSTR-2B has come",
    ("faq.5", "faq.14.iii", "faq.20", "faq.26"),
    "points",
)
SAME_DRAFT = Claim(
    "generated_twice_alike",
    "Generating twice changes nothing: what is not stale is what generating would give, and nothing else is filed on",
    ("faq.26", "faq.29", "faq.24"),
    "drafts",
)


@OF_CLOSINGS.proved_by(
    "Every filed document is in exactly one GSTR-2B, or a reason says why not yet; what gives no credit never waits",
    ("faq.4", "faq.8", "faq.13", "faq.14", "faq.15", "faq.17"),
    "closings",
)
def _filed_once_or_explained(closing: Closing) -> Wrong:
    chain, scene = closing.before, closing.scene
    for record in considered(chain, closing.period):
        hidden = why_left_out(record, chain, scene, closing.period)
        waits = held_back(record, chain, scene) is not None
        if waits and not scene.route(record).waits:
            return f"version {record.id} gives no credit and goes straight to GSTR-2B, and is left out"
        over = hidden is not None and hidden.reason == "superseded" and not waits
        if (record.id in closing.outcomes) != (hidden is None or over):
            return f"version {record.id} is filed, and neither shown nor left out for a reason"
    for before, after in zip(chain, closing.after or (), strict=False):
        if (before.id in closing.outcomes) != (before.settled_in is None and after.settled_in is not None):
            return f"version {before.id} is decided by what does not show it, or shown again after it was decided"
    return None


@OF_CLOSINGS.proved_by(
    "What the GSTR-2Bs give for a chain, less what is reversed, is the credit E that it carries after each GSTR-3B",
    ("faq.14", "faq.32", "faq.33", "annexure.a"),
    "closings",
)
def _sum_is_what_is_carried(closing: Closing) -> Wrong:
    if closing.after is None:
        return None
    before, after = carried_by(closing.before), carried_by(closing.after)
    if before is None or after is None:
        return "the members of the chain that wait do not carry one and the same credit"
    given = NIL
    for moved in closing.moved.values():
        given = given + moved.itc - moved.reversal
    if before + given == after:
        return None
    return f"GSTR-2B gives {given}, and E goes from {before} to {after}"


@OF_CLOSINGS.proved_by(
    "Credit notes alone give back no more than they took: E of their chain is never above nothing",
    ("faq.34", "annexure.a", "advisory.2025-10.reduction"),
    "closings",
)
def _credit_notes_give_no_credit(closing: Closing) -> Wrong:
    if closing.after is None or closing.before[0].document.kind is not Kind.CREDIT_NOTE:
        return None
    carried = carried_by(closing.after)
    gives = carried is not None and NIL.below(carried)
    return f"the credit notes have given {carried} of credit" if gives else None


@OF_CLOSINGS.proved_by(
    "After each GSTR-3B S >= E, and what is added back is the difference; E is measured as availed: what an acceptance "
    "did not reduce was never availed, or is reversed already (section 34(2))",
    ("faq.34", "annexure.a", "sec.34_2", "advisory.2025-10.reduction"),
    "closings",
)
def _supplier_covers_the_credit(closing: Closing) -> Wrong:
    for before, after in zip(closing.before, closing.after or (), strict=False):
        outcome = closing.outcomes.get(before.id)
        if outcome in {None, Outcome.SUPERSEDED} or not before.in_ims:
            continue
        back, wanted = closing.moved[before.id].add_back, NIL
        kept = _not_reduced(before) if outcome is Outcome.ACCEPTED else NIL
        if outcome is Outcome.REJECTED:
            kept = original_of(before, closing.before, closing.scene).unreduced
            wanted = (before.carried - kept - before.credit).not_below_zero()
        if back != wanted:
            return f"version {before.id} is {outcome}: {back} is added back, and E - S was {wanted}"
        if (after.standing + kept).below(after.carried):
            return f"after version {before.id} is {outcome}, S is {after.standing} and E is {after.carried}"
    return None


@OF_CLOSINGS.proved_by(
    "Nothing in IMS is decided while a version before it, of another 2B period, is not; nor on an original not known",
    ("faq.13.1", "additional.1"),
    "closings",
)
def _decided_in_turn(closing: Closing) -> Wrong:
    for record in closing.before:
        if closing.outcomes.get(record.id, Outcome.SUPERSEDED) is Outcome.SUPERSEDED or not record.in_ims:
            continue
        earlier = [r for r in closing.before if r.id < record.id and r.removed_for is None and r.in_ims]
        for version in earlier:
            apart = version.two_b_period != record.two_b_period
            if version.settled_in is None and apart:
                return f"version {record.id} is decided, and version {version.id} before it is not"
        versions = versions_of(closing.before)
        if versions[0].document.amends is not None and stating(versions) is None:
            return f"version {record.id} is decided, and how the original of its chain was decided is not known"
    return None


@OF_ENDINGS.proved_by(
    "Only what is filed and in IMS leaves it by the time limit of section 16(4); all else goes to GSTR-2B when filed",
    ("faq.4", "faq.8", "faq.21"),
    "endings",
)
def _leaves_ims_from_ims(ending: Ending) -> Wrong:
    for before, after in zip(*ending[:2], strict=True):
        gone = before.state is not State.REMOVED and after.removed_for is RemovedFor.SEC_16_4
        if gone and not before.filed:
            return f"version {before.id} is removed while it is only saved; filed later it would be in no GSTR-2B"
        if gone and not before.in_ims:
            return f"version {before.id} is removed from IMS, where it never was, and is in no GSTR-2B"
    return None


@OF_ENDINGS.proved_by(
    "Pending that leaves S below E ends with its deadline, from 2B period 2025-10",
    ("advisory.2025-10.pending", "advisory.2025-10.deadline"),
    "endings",
)
def _specified_pending_ends(ending: Ending) -> Wrong:
    _, after, scene = ending
    for record in _at_stake(after, scene):
        if _lapses(scene, record) and scene.now >= scene.pending_until(record):
            return f"version {record.id} stays pending past its deadline: S is {record.standing}, E {record.carried}"
    return None


@OF_ENDINGS.proved_by(
    "Before 2B period 2025-10 nothing is pending while that leaves S below E, but an amendment in the 2B period of its "
    "original, or kept pending when it was only saved: FAQ 11 asks how that was decided, and it was not (ADR 0002)",
    ("faq.11.a", "faq.11.b", "faq.11.c", "faq.11.d"),
    "endings",
)
def _no_pending_at_stake(ending: Ending) -> Wrong:
    _, after, scene = ending
    for record in _at_stake(after, scene):
        together = any(r.id < record.id and r.two_b_period == record.two_b_period for r in after)
        if not _lapses(scene, record) and not together:
            return f"version {record.id} is pending: S is {record.standing}, E {record.carried}"
    return None


CLAIMS: tuple[Claim, ...] = (CAN_FILE, *OF_CLOSINGS, *OF_ENDINGS, SAME_DRAFT)


def proved_of_nothing() -> dict[Claim, Proved]:
    """Return every claim with nothing looked at."""
    return {claim: Proved(claim) for claim in CLAIMS}


def _lapses(scene: Scene, record: Record) -> bool:
    return scene.book.law.pending_lapses(scene.edition(record).rule_set.id)


def _at_stake(chain: Chain, scene: Scene) -> Iterator[Record]:
    """Give what is filed, in IMS and pending with S < E; for an import no supplier answers, so nothing is at stake."""
    for record in chain:
        if record.document.kind is Kind.BILL_OF_ENTRY:
            continue
        if record.state is State.PENDING and record.filed and record.in_ims:
            availed = record.carried - original_of(record, chain, scene).unreduced
            if record.standing.below(availed):
                yield record


def carried_by(chain: Chain) -> Heads | None:
    """Return E of a chain: what its members that wait carry, else the last decided one; None where they differ."""
    waiting = [record for record in chain if is_open(record)]
    decided = [r for r in chain if r.settled_in is not None and r.disposition != "superseded"]
    amounts = {record.carried for record in waiting or decided[-1:]} or {NIL}
    return amounts.pop() if len(amounts) == 1 else None


def _not_reduced(record: Record) -> Heads:
    reduction = declared_reduction(record)
    return NIL if reduction is None else (full_reduction(record) - reduction).not_below_zero()
