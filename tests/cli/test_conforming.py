"""`conform`: another system's log, with its picture and a line for each deviation."""

from __future__ import annotations

import csv

import pytest

LOG = "case,activity,period\n1,keep_pending,2024-10\n1,accept,2024-10\n2,accept,2025-10\n"


@pytest.fixture
def log(bare, tmp_path):
    (tmp_path / "log.csv").write_text(LOG, "utf-8")
    return bare


def test_a_log_that_leaves_the_law_ends_with_one_and_says_where(log):
    told = log("conform", "log.csv", "--machine", "credit_note").ended(1).out
    assert "faq.11.a  pending_not_allowed: keep_pending in no_action" in told
    assert "in 1 (event 1, line 2)" in told
    log("conform", "log.csv", "--machine", "invoice").ended(0)


def test_each_deviation_is_a_line(log, tmp_path):
    told = log("conform", "log.csv", "--machine", "credit_note", "--csv").ended(1).out
    log("conform", "log.csv", "--machine", "credit_note", "--csv", "--out", "d.csv").ended(1)
    assert (tmp_path / "d.csv").read_text("utf-8") == told
    [line] = csv.DictReader(told.splitlines())
    assert (line["case"], line["event"], line["line"], line["first"], line["rule"]) == (
        "1",
        "1",
        "2",
        "yes",
        "faq.11.a",
    )


def test_what_was_done_is_drawn_a_file_for_each_law(log, tmp_path):
    told = log("conform", "log.csv", "--machine", "credit_note", "--diagram", "log.dot").ended(1).out
    assert told.endswith("\nlog.dot\nlog.credit_note.IMS-2025-10.dot\n")
    assert "refused" in (tmp_path / "log.dot").read_text("utf-8")
    log("conform", "log.csv", "--machine", "credit_note", "--diagram", "log.gif").ended(2)


def test_a_log_that_cannot_be_read_writes_nothing(log, tmp_path):
    (tmp_path / "bad.csv").write_text("case,activity\n1,wave\n", "utf-8")
    ran = log("conform", "bad.csv", "--machine", "invoice", "--csv", "--out", "d.csv", "--diagram", "d.dot").ended(2)
    assert ran.err.startswith("error: bad.csv: 'wave': is not an activity of invoice, 1 time; ")
    assert not [*tmp_path.glob("d.*")]
    log("conform", "log.csv", "--csv", "--json").ended(2)
