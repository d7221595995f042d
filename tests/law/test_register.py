"""The law as loaded, and who cites which rule, wherever in a table it stands."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm.errors import InputError
from ims_fsm.law.loading import read_law
from ims_fsm.law.register import carried, citations
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind

DAY = date(2025, 3, 15)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(("period", "rule_set"), [("2025-09", "IMS-2024-10"), ("2025-10", "IMS-2025-10")])
@pytest.mark.parametrize("amends", [None, OriginalReference("1", DAY)])
def test_a_document_is_governed_by_its_machine_and_its_own_2b_period(law, kind, period, rule_set, amends):
    document = Document(kind=kind, supplier="S", recipient="R", number="2", date=DAY, taxable=0, amends=amends)
    edition = law.machine(document.machine).at(TaxPeriod(period))
    amended = amends is not None and kind is not Kind.BILL_OF_ENTRY
    assert (edition.name, edition.rule_set.id) == (f"{kind}_amendment" if amended else kind, rule_set)


def test_a_machine_that_is_not_declared(texts):
    with pytest.raises(InputError) as caught:
        read_law(texts).machine("base")
    assert str(caught.value) == "machine: base: is not a declared machine; the machines are slip"


def test_a_rule_is_found_by_its_id(texts):
    law = read_law(texts)
    assert law.rule("act.1").title == "A slip is open or settled."
    with pytest.raises(InputError) as caught:
        law.rule("act.9")
    assert str(caught.value) == "rule: act.9: is not in the register; did you mean act.1? See machines/rules.toml"


def test_the_machines_of_records_are_all_but_that_of_the_return(law):
    assert set(law.machines) - {machine.name for machine in law.record_machines} == {"gstr2b"}


def test_every_citation_is_found_with_the_files_that_give_it():
    tables = {
        "calendar.toml": {"window": {"monthly": {"rule": "window.2b", "first_day": 12}}},
        "slip.toml": {
            "guard": [{"rule": "act.1", "see": ["act.2", "act.1"]}],
            "transition": [{"rules": ["act.2", "window.2b"]}],
            "says": "a rule in words is no citation",
        },
    }
    assert citations(tables) == {
        "act.1": ("slip.toml",),
        "act.2": ("slip.toml",),
        "window.2b": ("calendar.toml", "slip.toml"),
    }


def test_what_is_no_text_is_no_citation():
    assert citations({"slip.toml": {"rule": 3, "rules": [4], "see": {"rule": "act.1"}}}) == {"act.1": ("slip.toml",)}


@pytest.mark.parametrize(("rule", "by", "expected"), [("a", "a", True), ("a", "a.1", True), ("a", "ab", False)])
def test_a_rule_is_carried_by_itself_and_what_lies_below_it(rule, by, expected):
    assert carried(rule, {by: None}) is expected
