"""Small files as people have them from the portal, `tests/portal`: what becomes of each, in the order of its name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ims_fsm import TaxPeriod, upload_files
from ims_fsm.errors import InputError

ME = "27AAQFB4471K1ZZ"
FILES = {path.name[:4]: path for path in (Path(__file__).parents[1] / "portal").glob("*.json")}
OCTOBER, NOVEMBER = TaxPeriod("2025-10"), TaxPeriod("2025-11")


@pytest.fixture
def portal(stage):
    return Portal(stage)


class Portal:
    """The recipient of the files, whom the first download registers."""

    def __init__(self, stage):
        self.stage, self.desk = stage, stage.ims.recipient(ME, actor="me")

    def download(self, at, *names, **how):
        self.stage.at(at)
        return self.stage.ims.import_download([FILES[name] for name in names], actor="me", **how)

    def records(self):
        return {record.document.number: record for record in self.desk.records()}

    def periods(self):
        return {number: record.two_b_period for number, record in self.records().items()}


def test_01_a_saved_record_is_filed_in_another_form(portal):
    portal.download("2025-11-05", "01_a")
    portal.download("2025-11-20", "01_b")
    record = portal.records()["K-5"]
    assert (record.form, record.return_period, record.two_b_period) == ("GSTR-1A", OCTOBER, NOVEMBER)


def test_02_a_part_is_not_the_whole_and_two_are(portal):
    assert portal.download("2025-11-05", "02_a", "02_b").records == 4
    done = portal.download("2025-11-06", "02_a")
    assert (done.received.deleted, done.received.unchanged) == (0, 2)
    assert done.partial.startswith("may be a part, or filtered: 1 saved record is not in it and kept")


@pytest.mark.parametrize("names", [("03_a", "03_b"), ("03_b", "03_a")])
def test_03_the_order_of_two_files_moves_no_credit(portal, names):
    for name in names:
        portal.download("2025-12-13", name)
    assert portal.stage.ims.taxpayer(ME).registered_from == OCTOBER
    assert portal.periods() == {"K-1": OCTOBER, "K-2": NOVEMBER, "CN-11": NOVEMBER}


def test_04_what_a_download_does_not_show_is_evidence_and_contradictions_are_told(portal):
    portal.download("2025-11-13", "04_a", complete=True)
    portal.download("2025-11-22", "04_b", complete=True)
    # H/1 was only saved on the 13th, and D9 not there: neither was filed by the 11th.
    assert portal.periods() == {"K-1": OCTOBER, "X1": OCTOBER, "H/1": NOVEMBER, "D9": NOVEMBER}
    done = portal.download("2025-12-12", "04_c", complete=True)
    (told,) = done.received.contradictions
    assert (told.code, told.period, told.records) == ("filed_is_gone", "2025-10", 2)


def test_11_what_is_only_odd_is_told_in_a_line_each(portal):
    row = json.loads(FILES["01_b"].read_text("utf-8"))["data"]["b2b"][0] | {"srcform": "R1"}
    odd = [{"srcform": "R5"}, {"stin": "24AADCK7719M1Z7"}, {"stin": "24AADCK7719M1Z8"}, {"rtnprd": "082025"}]
    rows = [row | more | {"inum": f"O/{number}"} for number, more in enumerate([*odd, *odd])]
    portal.stage.taxpayer(ME, registered_from="2025-10")
    portal.stage.at("2025-11-13")
    text = json.dumps({"gstin": ME, "data": {"b2b": rows}}).encode()
    done = portal.stage.ims.import_download(text, "ims.json", actor="me")
    assert [note.partition(";")[0] for note in done.received.notes] == [
        "2 records of a period before 2025-10, the first for which GSTR-3B is due",
        "2 records shown from GSTR-5, which the law leads past IMS (faq.8.1)",
    ]
    assert [str(warning) for warning in done.warnings] == [
        "b2b[1].stin: the check digit of 24AADCK7719M1Z7 does not hold, nor that of 1 more; check the GSTIN"
    ]
    assert {record.route for record in portal.records().values()} == {"ims"}


def test_08_an_answer_to_an_upload_is_no_download_and_is_read(portal):
    portal.download("2025-12-13", "03_a", "03_b")
    for name in ("08_a", "08_b"):
        with pytest.raises(InputError, match="ims-fsm report"):
            portal.download("2025-12-13", name)
    ids = {number: record.id for number, record in portal.records().items()}
    portal.desk.accept(ids["K-1"])
    portal.stage.at("2025-12-14")
    upload_files(portal.desk.export_upload(), ME)
    status, errors = portal.desk.report([FILES["08_a"], FILES["08_b"]])
    assert [(each.document, each.record_id, each.code) for each in status.not_taken] == [
        ("credit note CN-1 of 24AADCK7719M1Z6", None, "IMSSAV0054")
    ]
    assert [(each.record_id, each.code, each.to_upload) for each in errors.not_taken] == [
        (ids["K-1"], "IMSSAV0010", True)
    ]
    (change,) = portal.desk.changed_since_portal()
    assert (change.record.id, change.refused.code) == (ids["K-1"], "IMSSAV0010")
