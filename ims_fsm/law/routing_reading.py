"""Reads the text of machines/routes.toml and says at once what is not of its shape, or what contradicts itself.

Must not import a database or a clock; it opens no file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import get_args

from ims_fsm.errors import DeclarationError, Problem
from ims_fsm.law.reading import declared, parsed
from ims_fsm.law.routing import CONDITIONS, LeftOutReason, RouteDeclaration, RoutingDeclaration


def read_routing(text: str, where: str = "routes.toml") -> RoutingDeclaration:
    """Read the declaration; raises `DeclarationError` with all problems at once."""
    problems: list[Problem] = []
    table = parsed(where, text, problems)
    if problems:
        raise DeclarationError(where, problems)
    routing = declared(RoutingDeclaration, table, where)
    if problems := [*_problems(routing, where)]:
        raise DeclarationError(where, problems)
    return routing


def _problems(routing: RoutingDeclaration, where: str) -> Iterator[Problem]:
    forms = Counter(str(carrier.form) for carrier in routing.carrier)
    names = Counter(str(reason.name) for reason in routing.left_out)
    for what, counts in (("carrier", forms), ("left_out", names)):
        for twice in (name for name, times in counts.items() if times > 1):
            yield Problem(f"{where} {what}", f"has {twice} twice", "keep one entry")
    if missing := [name for name in get_args(LeftOutReason) if name not in names]:
        yield Problem(f"{where} left_out", f"lacks {', '.join(missing)}", "say why, and by which rule")
    yield from _problems_of_routes(routing.route, where)


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
