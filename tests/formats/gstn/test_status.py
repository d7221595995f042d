"""The portal's answer to an upload: record by record, in every spelling of its sections."""

from __future__ import annotations

import json

import pytest

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn import Outcome, UploadError, UploadStatus, read_status

ANSWER = {
    "status_cd": "PE",
    "transTypCd": "SAV",
    "proc_cnt": "8",
    "err_cnt": "2",
    "err_cd": "",
    "err_msg": "",
    "error_report": {
        "b2b": [
            {
                "stin": "29AABCT1332L1ZA",
                "error_cd": "IMSSAV0010",
                "error_msg": "Either previous action is incorrect",
                "inv": [{"inum": "S/101", "rtnprd": "102024"}],
            }
        ],
        "cn": [{"stin": "29AABCT1332L1ZA", "error_cd": "IMSSAV0054", "inv": [{"inum": "C/7"}]}],
    },
}


def test_processed_with_errors():
    assert read_status(json.dumps(ANSWER)) == UploadStatus(
        status=Outcome.PROCESSED_WITH_ERRORS,
        processed=8,
        failed=2,
        errors=(
            UploadError(
                "b2b", "29AABCT1332L1ZA", "S/101", "2024-10", "IMSSAV0010", "Either previous action is incorrect"
            ),
            UploadError("b2bcn", "29AABCT1332L1ZA", "C/7", None, "IMSSAV0054", ""),
        ),
    )


@pytest.mark.parametrize(
    ("key", "section"), [("cn", "b2bcn"), ("dn", "b2bdn"), ("b2bcn", "b2bcn"), ("cna", "b2bcna"), ("new", "new")]
)
@pytest.mark.parametrize(
    "report",
    [
        [{"stin": "x", "nt": [{"nt_num": "C/7"}]}],
        [{"stin": "x", "inv": [{"inum": "C/7"}]}],
        [{"stin": "x", "nt_num": "C/7"}],
        {"stin": "x", "inum": "C/7"},
        [{"stin": "x", "inum": "C/7", "inv": ["odd"]}],
    ],
    ids=repr,
)
def test_the_report_in_every_spelling(key, section, report):
    (error,) = read_status(json.dumps({"status_cd": "PE", "error_report": {key: report}})).errors
    assert (error.section, error.supplier, error.number) == (section, "x", "C/7")


@pytest.mark.parametrize("code", ["P", "ip", "ER"])
def test_an_answer_without_a_report(code):
    status = read_status(json.dumps({"data": {"status_cd": code, "err_cd": "IMSSAV005", "err_msg": "Schema"}}))
    assert (status.status, status.errors, status.processed) == (Outcome(code.upper()), (), 0)
    assert (status.code, status.message) == ("IMSSAV005", "Schema")


def test_what_is_no_row_of_a_report_is_passed_over():
    status = read_status(json.dumps({"status_cd": "PE", "err_cnt": 1, "error_report": {"b2b": ["odd"]}}))
    assert (status.failed, status.errors) == (1, ())


REMEDY = "give the portal's answer to REQSTS as it came"


@pytest.mark.parametrize(
    ("tree", "problem"),
    [
        ([], Problem("file", "it is no status of an upload", REMEDY)),
        ({"b2b": []}, Problem("file", "it is no status of an upload", REMEDY)),
        ({"status_cd": "OK"}, Problem("status_cd", "'OK' is no status (P, PE, ER, IP)", REMEDY)),
        (
            {"status_cd": "PE", "error_report": [1]},
            Problem("error_report", "a list stands where an object of sections is expected", REMEDY),
        ),
    ],
    ids=repr,
)
def test_what_is_no_answer_is_refused(tree, problem):
    with pytest.raises(InputError) as refused:
        read_status(json.dumps(tree), "answer.json")
    assert (refused.value.subject, refused.value.problems) == ("answer.json", (problem,))
