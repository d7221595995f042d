"""What is recommended for a record that was matched with the purchase register, and why.

A value only: it acts on nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from ims_fsm.law.overlay import Overlay
from ims_fsm.law.policy import ASK, Recommended
from ims_fsm.record.record import Record
from ims_fsm.record.refusals import Told
from ims_fsm.record.register import Match
from ims_fsm.terms.money import Heads
from ims_fsm.terms.vocabulary import State


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """An entry of the policy that does not hold for a record, and each of its conditions that does not."""

    entry: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighedAction:
    """An action that the chosen entry names, and what refuses it; nothing does where it may be done."""

    action: Recommended
    refusals: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedRecommendation:
    """Why something is recommended: the entries before the chosen one, and what the law says to each of its actions."""

    recommendation: Recommendation
    passed_over: tuple[PassedOver, ...]
    weighed: tuple[WeighedAction, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What is recommended for a record: `wanted` by the entry of the policy, `action` once the law was asked.

    `refusals` are why the two differ. `itc` is what the action comes to in the next GSTR-3B, in paise, `now_itc` what
    comes if nobody acts; where a person is asked both are alike.
    """

    match: Match
    record: Record
    #: The entry of `machines/policy.toml`, with its sentence.
    entry: str
    says: str
    wanted: Recommended
    action: Recommended
    refusals: tuple[Told, ...]
    #: Whether the record stands so already.
    is_done: bool
    itc: Heads
    now_itc: Heads
    #: What is laid over the policy and the rules that ship; None: nothing.
    policy: Overlay | None
    rules: Overlay | None

    @property
    def to_do(self) -> bool:
        """Whether an action is recommended and nobody has acted: what a person has decided is not proposed over."""
        return self.action != ASK and self.record.state is State.NO_ACTION
