"""What the portal answers to an upload: every wrapper of a status report, error files, codes; other files are named."""

from __future__ import annotations

import json
import tomllib
from importlib.resources import files

import pytest

from ims_fsm.errors import InputError
from ims_fsm.formats.gstn.answer import read_answer
from ims_fsm.formats.gstn.codes import meaning_of

ME, SUPPLIER = "27AAPFU0939F1ZV", "29AABCT1332L1ZA"
GIVE = "give the status report of an upload, or the error file of the offline tool"
STALE = {"error_cd": "IMSSAV0010", "error_msg": "Either previous action is incorrect/ invoice might have edited by"}


def group(*numbers, **more):
    return {"stin": SUPPLIER, **STALE, "inv": [{"inum": number, "rtnprd": "102025"} for number in numbers]} | more


def status(report=None, **more):
    body = {"status_cd": "PE", "transTypCd": "SAV", "proc_cnt": "3", "err_cnt": "2", "err_cd": "", "err_msg": ""}
    return {**body, "error_report": report or {"b2b": [group("A/1")], "cn": [group("C/1")]}} | more


def answer(tree, gstin=None):
    return read_answer(json.dumps(tree).encode(), "answer.json", gstin)


def rows(tree):
    return [(row.form and row.form.key, row.supplier, row.number, row.code) for row in answer(tree).rows]


WRAPPED = {
    "bare": lambda body: body,
    "API": lambda body: {"status_cd": "1", "data": body},
    "gateway": lambda body: {"code": 200, "data": {"data": body, "status_cd": "1"}, "timestamp": 1},
    "decrypted": lambda body: {"hmac": "x", "rek": "*", "result": body, "status_cd": 1},
    "another gateway": lambda body: {"status": "1", "data": body, "error": None, "info": None},
}


@pytest.mark.parametrize("wrap", WRAPPED.values(), ids=WRAPPED.keys())
def test_a_status_report_reads_alike_in_every_wrapper(wrap):
    read = answer(wrap(status()))
    assert (read.status, read.sort, read.processed, read.errors) == ("processed_with_errors", "save", 3, 2)
    assert [(row.form.key, row.number, str(row.return_period)) for row in read.rows] == [
        ("b2b", "A/1", "2025-10"),
        ("b2bcn", "C/1", "2025-10"),
    ]


@pytest.mark.parametrize(
    ("code", "more", "expected"),
    [
        ("P", {"error_report": None, "err_cnt": ""}, "processed"),
        ("p", {"error_report": {}}, "processed"),
        ("P", {}, "processed_with_errors"),
        ("PE", {}, "processed_with_errors"),
        ("ER", {"error_report": {}, "err_cd": "IMSSAV005", "err_msg": "Schema validation failure"}, "refused"),
        ("IP", {"error_report": None}, "in_progress"),
    ],
)
def test_how_the_upload_stands(code, more, expected):
    assert answer(status(status_cd=code, **more)).status == expected


def test_an_answer_that_is_an_error_refuses_the_whole_upload():
    read = answer(
        {"status_cd": "0", "error": {"error_cd": "IMSSAV0015", "message": "Previous Save\nis under progress"}}
    )
    assert (read.status, read.code, read.message) == ("refused", "IMSSAV0015", "Previous Save is under progress")
    assert answer({"data": {"err_cd": "GEN5001", "status_cd": "ER"}}).code == "GEN5001"


def test_a_reset_is_told_from_a_save():
    assert [answer(status(transTypCd=word)).sort for word in ("SAV", "RES", "RESET", "", None, "X")] == [
        *("save", "reset", "reset", None, None, None),
    ]


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ({"b2b": [group("A/1", "A/2")]}, [("b2b", SUPPLIER, "A/1"), ("b2b", SUPPLIER, "A/2")]),
        ({"dna": group("D/1")}, [("b2bdna", SUPPLIER, "D/1")]),
        ({"cna": [group(inv={"nt_num": "C/1"})]}, [("b2bcna", SUPPLIER, "C/1")]),
        ({"ECOM": [{"stin": SUPPLIER.lower(), "inum": 7, **STALE}]}, [("ecom", SUPPLIER, "7")]),
        ({"impg": [{"boenum": "2566282", **STALE}]}, [("impg", "", "2566282")]),
        ({"other": [group("A/1")]}, [(None, SUPPLIER, "A/1")]),
        ({"b2b": None, "cn": [group("C/1")]}, [("b2bcn", SUPPLIER, "C/1")]),
    ],
)
def test_what_was_not_taken_is_named_in_many_ways(report, expected):
    assert rows(status(report)) == [(*named, "IMSSAV0010") for named in expected]


ERROR_ROW = {"stin": SUPPLIER, "nt_num": "C/1", "nt_dt": "05-10-2025", "rtnprd": "102025", "action": "A", **STALE}


@pytest.mark.parametrize(
    "tree",
    [
        {"imsDetailsErr": {"b2bcn": [ERROR_ROW], "b2b": []}},
        {"rtin": ME, "imsDetails": {"b2b": [{"inum": "A/1"}]}, "imsDetailsErr": {"b2bcn": [ERROR_ROW]}},
        {"data": {"imsDetailsErr": {"b2bcn": [ERROR_ROW]}}},
        {"imsDetails": {"b2bcn": [ERROR_ROW]}},
        {"b2bcn": [ERROR_ROW]},
    ],
)
def test_an_error_file_is_an_answer_that_counts_nothing(tree):
    read = answer(tree)
    assert (read.status, read.processed, read.sort) == ("processed_with_errors", None, None)
    assert [(row.form.key, row.number, row.message) for row in read.rows] == [("b2bcn", "C/1", STALE["error_msg"])]


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        ([], f"it is not what the portal answers to an upload; {GIVE}"),
        ({"b2b": [{"stin": SUPPLIER, "error_msg": " "}]}, "it is an IMS download; "),
        ({"data": {"docdata": {}}}, f"it is a GSTR-2B; {GIVE}; a GSTR-2B is compared: ims-fsm 2b compare"),
        ({"rtin": ME, "reqtyp": "SAVE", "invdata": {}}, "it is an upload for the portal; "),
        ({"data": "AbC=", "rek": "x"}, "it is an encrypted answer of the API; decrypt it with the session's key first"),
        (status({"b2b": [5]}), "b2b[0]: 5 stands where a record is expected"),
        (status({"b2b": [{"inv": [5]}]}), "b2b[0]: 5 stands where a document is expected"),
        (status(gstin=SUPPLIER), f"gstin: the file is of {SUPPLIER}, not of {ME}"),
    ],
)
def test_another_file_and_what_cannot_be_read_are_refused(tree, told):
    with pytest.raises(InputError) as refused:
        answer(tree, ME)
    assert told in str(refused.value)


def test_what_cannot_be_printed_is_escaped():
    (row,) = answer(status({"b2b": [group("A\x1b[31m", error_msg="red\x07 \n alert")]})).rows
    assert (row.number, row.message) == ("A\\x1b[31m", "red\\x07 alert")


def test_errors_that_are_counted_and_not_named_are_warned_of():
    read = answer(status(error_report=None))
    assert [str(warning) for warning in read.warnings] == [
        "error_report: says that 2 records were not taken, and names none; download IMS again, and import it"
    ]


# --- codes ------------------------------------------------------------------------------------------------------------

DECLARED = tomllib.loads((files("ims_fsm.formats.gstn") / "codes.toml").read_text("utf-8"))


@pytest.mark.parametrize("entry", DECLARED["code"], ids=lambda entry: entry["code"])
def test_every_code_has_a_meaning_a_remedy_and_its_source(entry):
    meaning = meaning_of(entry["code"], "")
    assert meaning == meaning_of("", f" {entry['message'].upper()}. ")
    assert (meaning.means, meaning.again) == (entry["means"], entry["again"])
    assert meaning.again in {"download", "mended", "later"}
    assert entry["source"]
    assert "{id}" not in meaning.remedy.format(id=7)


def test_a_code_that_nobody_knows_means_no_more_than_it_says():
    assert meaning_of("IMSSAV9999", "?").means == DECLARED["other"]["means"]
    assert meaning_of("IMSSAV10", "") is meaning_of("imssav0010", "")
    assert meaning_of("IMSSAV54", "") is not meaning_of("IMSSAV5", "")
