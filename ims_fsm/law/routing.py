"""Where a document goes: to IMS or straight to GSTR-2B, by the first declared route whose conditions hold.

Imports the declaration and the terms; reads no file and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Self, get_args

from ims_fsm.law.declaration import Dated, Declared, RuleId, Values
from ims_fsm.terms.document import Document, Ineligible
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, Kind, Route, Section, TaxpayerKind

Condition = Literal["form", "reverse_charge", "ineligible", "era", "time_limit"]
LeftOutReason = Literal["out_of_time", "superseded", "original_waits", "original_unknown", "pending"]
Effect = Literal["credit", "self_paid", "reversed", "out_of_time", "shown"]


# What a document can be told of by each condition.
CONDITIONS: Mapping[Condition, tuple[str, ...]] = {
    "form": tuple(Form),
    "reverse_charge": ("yes", "no"),
    "ineligible": (*get_args(Ineligible), "no"),
    "era": ("before_ims", "ims"),
    "time_limit": ("passed", "open"),
}


class CarrierDeclaration(Declared):
    """The kinds of document that a form carries."""

    form: Form
    kinds: tuple[Kind, ...]
    rule: RuleId


class RouteDeclaration(Dated):
    """A way for a document: the conditions that lead there, and where GSTR-2B shows it."""

    name: Route
    when: dict[Condition, Values] = field(default_factory=dict)
    section: Section
    counts: bool = True
    effect: Effect
    rule: RuleId
    see: tuple[RuleId, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether an amendment that goes there waits for its original: what gives no credit does not (FAQ 8, 13)."""
        return self.effect == "credit"

    @property
    def prevails(self) -> bool:
        """Whether what goes there ends the credit of its chain, so that nothing before it gives any (FAQ 32, 33)."""
        return self.effect in {"self_paid", "reversed", "out_of_time"}


class LeftOutDeclaration(Declared):
    """Why GSTR-2B considers a filed record and does not show it, and until when: which event brings it in."""

    name: LeftOutReason
    says: str
    until: str
    rule: RuleId


class EligibleDeclaration(Declared):
    """The kinds of taxpayer that have an IMS (FAQ 9)."""

    kinds: tuple[TaxpayerKind, ...]
    rule: RuleId


class RoutingDeclaration(Declared):
    """The file `routes.toml`."""

    eligible: EligibleDeclaration
    carrier: tuple[CarrierDeclaration, ...]
    route: tuple[RouteDeclaration, ...]
    left_out: tuple[LeftOutDeclaration, ...]


@dataclass(frozen=True)
class Routing:
    """Who has an IMS, and the declared carriers and routes."""

    eligible: frozenset[TaxpayerKind]
    carriers: Mapping[Form, frozenset[Kind]]
    routes: tuple[RouteDeclaration, ...]
    left_out: Mapping[LeftOutReason, LeftOutDeclaration]

    @classmethod
    def of(cls, declared: RoutingDeclaration) -> Self:
        """Return the routing that is declared."""
        carriers = {carrier.form: frozenset(carrier.kinds) for carrier in declared.carrier}
        left_out = {reason.name: reason for reason in declared.left_out}
        return cls(frozenset(declared.eligible.kinds), carriers, declared.route, left_out)

    def carries(self, form: Form, kind: Kind) -> bool:
        """Say whether a form can carry a document of this kind (FAQ 1, 8)."""
        return kind in self.carriers.get(form, frozenset())

    def route(
        self, document: Document, form: Form, period: TaxPeriod, first_period: TaxPeriod, *, out_of_time: bool
    ) -> RouteDeclaration:
        """Return the route of a document of this (expected) 2B period (FAQ 4, 8, 17).

        `first_period` is the first 2B period of IMS; `out_of_time` says whether section 16(4) has passed for it.
        """
        conditions: dict[str, str] = {
            "form": str(form),
            "reverse_charge": "yes" if document.reverse_charge else "no",
            "ineligible": document.ineligible or "no",
            "era": "before_ims" if period < first_period else "ims",
            "time_limit": "passed" if out_of_time else "open",
        }
        return next(
            route
            for route in self.routes
            if route.holds_at(period)
            and all(conditions[condition] in values for condition, values in route.when.items())
        )

    @cached_property
    def declared(self) -> Callable[[Route], RouteDeclaration]:
        """Returns the first declared route of a name."""
        return {route.name: route for route in reversed(self.routes)}.__getitem__
