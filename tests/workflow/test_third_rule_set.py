"""A rule set that comes later needs no Python: declared, it governs the records of its 2B periods, and no others."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from ims_fsm import IMS, Document, Form, Heads, Kind, Taxpayer, TaxPeriod
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.loading import load_law
from ims_fsm.resources import machines_folder
from ims_fsm.terms.period import SettableClock

BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
# Nobody knows what rule 60(6A) will say: this one takes pending from credit notes again, from the return of April 2027.
EDITION = """
[[rule_set]]
id = "IMS-2027-04"
since = "2027-04"
counts = "2B periods"
title = "IMS with rule 60(6A): an edition of these tests alone"

# FAQ 1-9"""
GUARD = """
[[guard]]
name = "no_pending_by_rule_60_6a"
triggers = ["keep_pending"]
refuse_when = { direction = "original" }
since = "2027-04"
rule = "rule.60_6a"
code = "pending_not_allowed"
says = "{document} is a credit note, and rule 60(6A) keeps none pending"
remedy = "accept it or reject it"
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("law") / "machines"
    shutil.copytree(str(machines_folder()), folder)
    rules, note = folder / "rules.toml", folder / "credit_note.toml"
    text = rules.read_text("utf-8")
    text = text.replace('since = "2025-10"\ncounts', 'since = "2025-10"\nuntil = "2027-03"\ncounts', 1)
    text = text.replace("\n# FAQ 1-9", EDITION, 1)
    head, recommended = text.split('id = "rule.60_6a"')
    before, reason = recommended.split('status = "not_modelled"', 1)
    said, rest = reason.split("\nreason = ", 1)
    rules.write_text(f'{head}id = "rule.60_6a"{before}status = "modelled"{said}\n{rest.partition(chr(10))[2]}', "utf-8")
    note.write_text(note.read_text("utf-8") + GUARD, "utf-8")
    shipped = shipped_book()
    return LawBook(load_law(folder), shipped.calendar, shipped.routing)


def test_each_machine_has_three_editions_and_a_period_chooses(book):
    for machine in book.law.record_machines:
        assert list(machine.editions) == ["IMS-2024-10", "IMS-2025-10", "IMS-2027-04"]
    chosen = [book.law.machine("credit_note").at(TaxPeriod(p)).rule_set.id for p in ("2025-09", "2027-03", "2027-04")]
    assert chosen == ["IMS-2024-10", "IMS-2025-10", "IMS-2027-04"]


def test_it_governs_what_its_periods_have_and_nothing_before(book):
    clock = SettableClock("2027-04-05 12:00")
    with IMS("sqlite://", clock=clock, book=book) as ims:
        for gstin in (BUYER, SELLER):
            ims.register(Taxpayer(gstin=gstin, registered_from=TaxPeriod("2027-03")))
        shop, desk = ims.supplier(SELLER, actor="seller"), ims.recipient(BUYER, actor="buyer")

        def note(period: str) -> int:
            document = Document(
                kind=Kind.CREDIT_NOTE,
                supplier=SELLER,
                recipient=BUYER,
                number=f"C/{period}",
                date=date(2027, 3, 5),
                taxable=100_000,
                tax=Heads(igst=18_000),
            )
            record = shop.save(document, Form.GSTR_1, TaxPeriod(period))
            shop.file(Form.GSTR_1, TaxPeriod(period))
            return record

        march = note("2027-03")
        assert desk.keep_pending(march).state == "pending"
        clock.set("2027-05-05 12:00")
        april = note("2027-04")
        [refusal] = desk.may("keep_pending", april).refusals
        assert (refusal.code, refusal.rule) == ("pending_not_allowed", "rule.60_6a")
        # In sets too.
        assert [len(group.examples) for group in desk.act_on("keep_pending", ids=[april]).refused] == [1]
        assert desk.show(april).rule_set == "IMS-2027-04"
        assert desk.show(march).rule_set == "IMS-2025-10"
