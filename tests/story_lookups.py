"""Writes the page of scenarios: every table, verb and expectation of a story's file, from the models that read it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args, get_type_hints

from ims_fsm.scenario import values
from ims_fsm.scenario.cases import CASE_VERBS, CaseExpectation, Who
from ims_fsm.scenario.cases import Facts as CaseFacts
from ims_fsm.scenario.declaration import (
    DocumentEntry,
    Expectation,
    Header,
    IneligibleWord,
    SectionWord,
    Step,
    TaxpayerEntry,
)
from ims_fsm.scenario.expectations import OF_A_DOCUMENT, OF_A_RECIPIENT, OF_A_SUPPLIER, OF_A_TRIGGER
from ims_fsm.scenario.signoffs import SIGNOFF_VERBS, SignoffExpectation
from ims_fsm.scenario.values import Entry
from ims_fsm.scenario.verbs import VERBS, Changes
from ims_fsm.terms.principal import Principal
from ims_fsm.terms.vocabulary import Section

LIKE: dict[Any, str] = {
    values.Name: '"NAME"',
    values.Names: '["A", "B"]',
    values.Day: "2024-10-20",
    values.Moment: "2024-11-09T11:00:00",
    values.Amount: '"18000.00"',
    values.Tax: '{ igst = "18000.00" }',
    values.Reduction: '"full", "none", { igst = "900.00" }',
    values.Period: '"2024-10"',
    values.FinancialYear: '"2023-24"',
    values.Gstin: '"27AAPFU0939F1ZV"',
    IneligibleWord: '"pos", "sec_16_4", "none"',
    SectionWord: ", ".join(f'"{section}"' for section in (*Section, "none")),
    CaseFacts: '{ days = "many" }',
    Who: '"asha:recipient"',
    bool: "true, false",
    int: "2",
    str: '"…"',
    Changes: '{ taxable = "90000.00", igst = "16200.00" }',
}
#: What the type of a key does not tell.
OF_A_KEY: dict[tuple[type[Entry], str], str] = {
    (Header, "rules"): '["faq.11", "faq.12"]',
    (Header, "machines"): '["leave_request.toml"]',
    (Header, "signoff"): 'true, false, "FOLDER"',
    (TaxpayerEntry, "extensions"): '["12/2025-CT"]',
}
ALWAYS = frozenset(Step.model_fields) | {"do"}


def rows(model: type[Entry], keys: frozenset[str] | None = None) -> Iterator[tuple[str, str, str]]:
    """Give each key of a table: its name, a value like those it takes, and what holds where it is left out."""
    taken = values_of(model)
    for key, about in model.model_fields.items():
        if keys is None or key in keys:
            kept = "must be there" if about.is_required() else left_out(about.default)
            yield f"`{key}`", f"`{taken[key]}`", kept


def values_of(model: type[Entry]) -> dict[str, str]:
    """Return a value like those that each key of a table takes."""
    hints = get_type_hints(model, include_extras=True)
    return {key: OF_A_KEY.get((model, key)) or like(hints[key]) for key in model.model_fields}


def left_out(default: Any) -> str:
    """Return what holds where a key is left out."""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, Principal):
        return default.id
    return "0.00" if default == 0 else str(default or "")


def like(hint: Any) -> str:
    """Return what a key takes: the words of a closed set, or an example."""
    if hint in LIKE:
        return LIKE[hint]
    inner = get_args(hint)
    if not inner:
        return ", ".join(f'"{word}"' for word in hint) if issubclass(hint, Enum) else "…"
    if inner[0] is dict or getattr(inner[0], "__origin__", None) is dict:
        return '{ INV = "accept" }'
    return like(inner[0])


def verbs() -> Iterator[tuple[str, str, str]]:
    """Give what steps do: the verbs, what they do, and the keys that they take beside those of every step."""
    every = {**VERBS, **CASE_VERBS, **SIGNOFF_VERBS}
    for of in dict.fromkeys(every.values()):
        keys = [(key, about) for key, about in of.model_fields.items() if key not in ALWAYS]
        taken = values_of(of)
        optional = {key: "" if about.is_required() else " (optional)" for key, about in keys}
        named = "<br>".join(f"`{key}` = `{taken[key]}`{whether}" for key, whether in optional.items())
        verbs = ", ".join(f"`{verb}`" for verb, model in every.items() if model is of)
        yield verbs, " ".join((of.__doc__ or "").partition("\n\n")[0].split()), named


def expectations() -> Iterator[tuple[str, Iterator[tuple[str, str, str]]]]:
    """Give what may be expected, by what it is of, with the keys that say so."""
    yield "a document", rows(Expectation, frozenset({"document", *OF_A_DOCUMENT}))
    yield "a trigger on a document", rows(Expectation, frozenset({"document", *OF_A_TRIGGER}))
    yield "a recipient's period", rows(Expectation, frozenset({"recipient", "period", *OF_A_RECIPIENT}))
    yield "a supplier's period", rows(Expectation, frozenset({"supplier", "period", *OF_A_SUPPLIER}))
    yield "a case", rows(CaseExpectation)
    yield "a sign-off", rows(SignoffExpectation)


TABLES = {"At the top": Header, "`[[taxpayer]]`": TaxpayerEntry, "`[[document]]`": DocumentEntry, "`[[step]]`": Step}
