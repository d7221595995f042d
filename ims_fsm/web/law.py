"""The law over HTTP: its rules in their sources' words, what refuses a trigger and when, pictures of the machines.

Imports the law and its pictures; reads no record.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from time import perf_counter
from typing import Annotated, Literal

from fastapi import Path, Query, Response
from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import InputError, LawBook, MissingError, TaxPeriod, diagram
from ims_fsm.draw.explanation import cited, decided, edition_of, explained
from ims_fsm.law.modelcheck import check
from ims_fsm.web.admission import Admitted
from ims_fsm.web.asked import NAME, Asked, Line, NoQuery, PeriodText
from ims_fsm.web.routes import Routes

ROUTES = Routes("law")
RULE = r"^[a-zA-Z0-9_.-]{1,80}$"
_OF = "/law/machines/{machine}"
Machine = Annotated[str, Path(pattern=NAME, description="The declared machine.", examples=["credit_note"])]
TriggerName = Annotated[str, Path(pattern=NAME, description="The trigger.", examples=["keep_pending"])]


class OfRule(Asked):
    """Which rules are meant."""

    rule: Annotated[str, Field(pattern=RULE)] | SkipJsonSchema[None] = Field(
        None, description="The rule of this id and those below it; without it, all."
    )


class OfPeriod(Asked):
    """Whose rule set is meant: that of a 2B period, by default the newest."""

    period: PeriodText | SkipJsonSchema[None] = None


class Look(Asked):
    """Which rule set is drawn, and how it looks."""

    rule_set: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,60}$")] | SkipJsonSchema[None] = None
    theme: Literal["light", "dark", "print"] = "light"


class Facts(Asked):
    """What is known of a record; facts that are left out take the default, which blocks nothing."""

    facts: Annotated[dict[Annotated[str, Field(pattern=NAME)], Line], Field(max_length=50)] = {}  # noqa: RUF012 -- pydantic copies it
    state: Line | None = None
    period: PeriodText | None = None


@ROUTES.get("/law/rules")
def list_rules(admission: Admitted, asked: Annotated[OfRule, Query()]) -> object:
    """Look up rules in the register: their sources' words, how they are read, and what cites them."""
    with by_name():
        return {"rules": cited(admission.ims.book.law, asked.rule)}


@ROUTES.get("/law/verification")
def verify_law(admission: Admitted, _query: NoQuery) -> object:
    """Prove every property of the declared law over its whole space; a process does it once for a law, in seconds."""
    return _proved(admission.ims.book)


@lru_cache(maxsize=1)
def _proved(book: LawBook) -> object:
    began = perf_counter()
    report = check(book.law)
    parts = {"report": report, "holds": report.holds, "rules": len(book.law.rules)}
    # Examples and compiled files are of the shipped law alone, and of the machine that runs `ims-fsm verify`.
    return {**parts, "seconds": round(perf_counter() - began, 2), "annexure_a": None, "compiled": None}


@ROUTES.get(f"{_OF}/triggers/{{trigger}}")
def explain_trigger(
    admission: Admitted, machine: Machine, trigger: TriggerName, asked: Annotated[OfPeriod, Query()]
) -> object:
    """Explain a trigger: where it leads, what refuses it and when."""
    book = admission.ims.book
    with by_name():
        return explained(book, edition_of(book.law, machine, _period(asked.period)), trigger)


@ROUTES.change("POST", f"{_OF}/triggers/{{trigger}}/decision", example={"facts": {"direction": "original"}})
def decide_trigger(
    admission: Admitted, machine: Machine, trigger: TriggerName, given: Facts, _query: NoQuery
) -> object:
    """Decide a trigger on these facts, with the words of every rule; concerns no record."""
    book = admission.ims.book
    with by_name():
        edition = edition_of(book.law, machine, _period(given.period))
        explained(book, edition, trigger)
    return decided(book, edition, trigger, given.facts, given.state)


@ROUTES.get(f"{_OF}/diagram", media="image/svg+xml")
def draw_machine(admission: Admitted, machine: Machine, look: Annotated[Look, Query()]) -> Response:
    """Draw a machine under a rule set, the newest where none is named."""
    with by_name():
        drawn = diagram(machine, look.rule_set, theme=look.theme, law=admission.ims.book.law)
    return Response(drawn.svg, media_type="image/svg+xml")


@contextmanager
def by_name() -> Iterator[None]:
    """Answer what names no part of the law like any other name of nothing."""
    try:
        yield
    except InputError as error:
        raise MissingError(error.subject, error.problems) from None


def _period(text: str | None) -> TaxPeriod | None:
    return None if text is None else TaxPeriod(text)
