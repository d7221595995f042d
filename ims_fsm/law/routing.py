"""Where a document goes: to IMS or straight to GSTR-2B, by the first declared route whose conditions hold.

Imports the declaration and the terms; reads no file and no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Self, get_args

from pydantic import Field, ValidationError

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.declaration import Dated, Declared, RuleId, Values, faults, parsed
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
    when: dict[Condition, Values] = Field(default_factory=dict)
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
    def load(cls, text: str, where: str = "routes.toml") -> Self:
        """Read the declaration; raises `DeclarationError` with all problems at once."""
        problems: list[Problem] = []
        table = parsed(where, text, problems)
        if problems:
            raise DeclarationError(where, problems)
        try:
            declared = RoutingDeclaration.model_validate(table)
        except ValidationError as error:
            raise DeclarationError(where, [*faults(error, {}, where, table)]) from error
        if problems := [*_problems(declared, where)]:
            raise DeclarationError(where, problems)
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


def _problems(declared: RoutingDeclaration, where: str) -> Iterator[Problem]:
    forms = Counter(str(carrier.form) for carrier in declared.carrier)
    names = Counter(str(reason.name) for reason in declared.left_out)
    for what, counts in (("carrier", forms), ("left_out", names)):
        for twice in (name for name, times in counts.items() if times > 1):
            yield Problem(f"{where} {what}", f"has {twice} twice", "keep one entry")
    if missing := [name for name in get_args(LeftOutReason) if name not in names]:
        yield Problem(f"{where} left_out", f"lacks {', '.join(missing)}", "say why, and by which rule")
    yield from _problems_of_routes(declared.route, where)


def _problems_of_routes(routes: Sequence[RouteDeclaration], where: str) -> Iterator[Problem]:
    takes_all = [not (route.when or route.since or route.until) for route in routes]
    if not any(takes_all):
        yield Problem(where, "has no last route that takes every document", "end it with a route without conditions")
    for number, route in enumerate(routes, start=1):
        place = f"{where} route.{number}"
        if any(takes_all[: number - 1]):
            yield Problem(place, "is never reached", "put it before the route without conditions")
        first = next(earlier for earlier in routes if earlier.name is route.name)
        if (route.section, route.counts, route.effect) != (first.section, first.counts, first.effect):
            yield Problem(place, f"shows {route.name} otherwise than the route of that name before it", "name it apart")
        for condition, values in route.when.items():
            for value in values:
                if value not in CONDITIONS[condition]:
                    words = ", ".join(CONDITIONS[condition])
                    yield Problem(f"{place} when.{condition}", f"{value!r} is none of its values", f"use {words}")
