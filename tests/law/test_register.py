"""The law as loaded: machines and rules by name, and the edition that governs a document."""

from __future__ import annotations

from datetime import date

import pytest

from ims_fsm.errors import InputError
from ims_fsm.law.loading import read_law
from ims_fsm.law.register import Law
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Kind

DAY = date(2025, 3, 15)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(("period", "rule_set"), [("2025-09", "IMS-2024-10"), ("2025-10", "IMS-2025-10")])
@pytest.mark.parametrize("amends", [None, OriginalReference("1", DAY)])
def test_a_document_is_governed_by_its_machine_and_its_own_2b_period(
    law: Law, kind: Kind, period: str, rule_set: str, amends: OriginalReference | None
) -> None:
    document = Document(kind=kind, supplier="S", recipient="R", number="2", date=DAY, taxable=0, amends=amends)
    edition = law.machine(document.machine).at(TaxPeriod(period))
    amended = amends is not None and kind is not Kind.BILL_OF_ENTRY
    assert (edition.name, edition.rule_set.id) == (f"{kind}_amendment" if amended else kind, rule_set)


def test_a_machine_that_is_not_declared(texts: dict[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        read_law(texts).machine("base")
    assert str(caught.value) == "machine: base: is not a declared machine; the machines are slip"


def test_a_rule_is_found_by_its_id(texts: dict[str, str]) -> None:
    law = read_law(texts)
    assert law.rule("act.1").title == "A slip is open or settled."
    with pytest.raises(InputError) as caught:
        law.rule("act.9")
    assert str(caught.value) == "rule: act.9: is not in the register; see machines/rules.toml"


def test_the_machines_of_records_are_all_but_that_of_the_return(law: Law) -> None:
    assert set(law.machines) - {machine.name for machine in law.record_machines} == {"gstr2b"}
