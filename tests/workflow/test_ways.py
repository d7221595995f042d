"""A trigger that leads records different ways: each way is a call of its own, and a step has the rules of its way."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from ims_fsm import IMS, Document, Form, Heads, Kind, Taxpayer, TaxPeriod
from ims_fsm.law.book import LawBook, shipped_book
from ims_fsm.law.loading import load_law
from ims_fsm.resources import machines_folder
from ims_fsm.store import audit
from ims_fsm.store.connection import reading
from ims_fsm.store.tables import CALL
from ims_fsm.terms.period import SettableClock

BUYER, SELLER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
EVERY, FRESH = 'source = ["no_action", "accepted", "rejected", "pending"]', 'source = ["no_action", "accepted"]'
ACCEPTING = f"""[[transition]]
trigger = "accept"
{EVERY}
dest = "accepted"
rules = ["faq.10.i", "faq.12"]
"""
OTHERWISE = ACCEPTING.replace(EVERY, 'source = ["rejected", "pending"]').replace('"faq.10.i", ', "")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A law in which a record that was decided already is accepted by another rule."""
    folder: Path = tmp_path_factory.mktemp("law") / "machines"
    shutil.copytree(str(machines_folder()), folder)
    record = folder / "record.toml"
    text = record.read_text("utf-8")
    assert text.count(ACCEPTING) == 1
    record.write_text(text.replace(ACCEPTING, f"{ACCEPTING.replace(EVERY, FRESH)}\n{OTHERWISE}"), "utf-8")
    shipped = shipped_book()
    return LawBook(load_law(folder), shipped.calendar, shipped.routing)


def test_each_way_is_a_call_with_its_own_rules(book):
    with IMS("sqlite://", clock=SettableClock("2024-11-09 12:00"), book=book) as ims:
        for gstin in (BUYER, SELLER):
            ims.register(Taxpayer(gstin=gstin, registered_from=TaxPeriod("2024-10")))
        shop, desk = ims.supplier(SELLER, actor="seller"), ims.recipient(BUYER, actor="buyer")
        ids = [
            shop.save(
                Document(
                    kind=Kind.INVOICE,
                    supplier=SELLER,
                    recipient=BUYER,
                    number=f"S/{number}",
                    date=date(2024, 10, 5),
                    taxable=100_000,
                    tax=Heads(igst=18_000),
                ),
                Form.GSTR_1,
                TaxPeriod("2024-10"),
            )
            for number in range(5)
        ]
        shop.file(Form.GSTR_1, TaxPeriod("2024-10"))
        desk.act_on("keep_pending", ids=ids[:2])
        assert desk.act_on("accept").applied == len(ids)
        rules = [desk.history(record_id).transitions[-1].rules for record_id in ids]
        assert rules == [("faq.12",)] * 2 + [("faq.10.i", "faq.12")] * 3
        with reading(ims._workspace.engine) as connection:
            said = connection.execute(select(CALL.c["trigger", "rules", "steps"]).order_by(CALL.c.number)).all()
            assert audit.verify(connection).sound
        assert sorted(said[1:]) == [("accept", "faq.10.i faq.12", 3), ("accept", "faq.12", 2)]
