"""The wrappers of an IMS download, and a sentence for each of the portal's other files."""

from __future__ import annotations

import json

import pytest

from ims_fsm.errors import InputError, Problem
from ims_fsm.formats.gstn.envelope import Dialect

GIVE = "give the IMS download of the recipient"


def wrapped(sections, recipient):
    return {
        "bare": (sections, Dialect.SECTIONS),
        "bare, naming the recipient": ({"gstin": recipient, **sections}, Dialect.SECTIONS),
        "API": ({"data": sections}, Dialect.DATA),
        "API with its envelope": ({"status_cd": "1", "data": {"gstin": recipient, **sections}}, Dialect.DATA),
        "portal web": ({"data": sections, "status": 1}, Dialect.DATA),
        "offline": ({"imsDetails": sections}, Dialect.OFFLINE),
        "offline, naming the recipient": ({"rtin": recipient, "imsDetails": sections}, Dialect.OFFLINE),
        "offline inside data": ({"data": {"imsDetails": sections}}, Dialect.OFFLINE),
        "invdata": ({"rtin": recipient, "invdata": sections}, Dialect.INVDATA),
    }


@pytest.mark.parametrize("name", wrapped({}, "").keys())
def test_every_wrapper_gives_the_same_records(name, row, recipient, read_download):
    tree, dialect = wrapped({"b2b": [row()], "b2bcn": []}, recipient)[name]
    download = read_download(json.dumps(tree), recipient, "ims.json")
    assert (download.dialect, download.sections) == (dialect, ("b2b", "b2bcn"))
    assert [record.document.number for record in download.records] == ["S/101"]


UPLOAD = ("it is an upload for the portal", f"{GIVE}; an upload is looked at: ims-fsm check")
ANSWER = ("it is what the portal answered to an upload", f"{GIVE}; an answer is read: ims-fsm report")
ERRORS = f"{GIVE}; an error file is read: ims-fsm report"
FOREIGN = {
    "a list": ([], Problem("file", "a list stands where an object of sections is expected", GIVE)),
    "text": ("b2b", Problem("file", "'b2b' stands where an object of sections is expected", GIVE)),
    "nothing in the wrapper": (
        {"imsDetails": None},
        Problem("imsDetails", "null stands where an object of sections is expected", GIVE),
    ),
    "long text": (
        "b2b " * 20,
        Problem("file", f"'{'b2b ' * 10}…' stands where an object of sections is expected", GIVE),
    ),
    "no section": ({}, Problem("file", "it holds no section of IMS (b2b, b2ba, b2bdn, …)", GIVE)),
    "no section in the wrapper": (
        {"data": {"gstin": "x"}},
        Problem("data", "it holds no section of IMS (b2b, b2ba, b2bdn, …)", GIVE),
    ),
    "2B": (
        {"data": {"docdata": {}}},
        Problem("data", "it is a GSTR-2B", f"{GIVE}; a GSTR-2B is compared: ims-fsm 2b compare"),
    ),
    "upload of the API": ({"action": "SAVE", "data": {"rtin": "x", "reqtyp": "SAVE"}}, Problem("data", *UPLOAD)),
    "upload of the offline tool": ({"rtin": "x", "reqtyp": "SAVE", "invdata": {}}, Problem("file", *UPLOAD)),
    "rows of an upload": (
        {"b2b": [{"prev_status": "N"}]},
        Problem("b2b[0]", "it carries prev_status, as an upload does", UPLOAD[1]),
    ),
    "status": ({"status_cd": "PE", "error_report": {}}, Problem("file", *ANSWER)),
    "status beside a key": ({"hmac": "x", "rek": "*", "result": {"proc_cnt": "8"}}, Problem("file", *ANSWER)),
    "status of a gateway": ({"code": 200, "data": {"data": {"status_cd": "IP"}}}, Problem("data", *ANSWER)),
    "error file": (
        {"imsDetailsErr": {"b2b": [{"error_msg": "x"}]}},
        Problem("file", "it is the error file of an upload", ERRORS),
    ),
    "rows of an error file": (
        {"data": {"b2b": [{"inum": "1", "error_cd": "IMSSAV0010"}]}},
        Problem("b2b[0]", "it says why the portal did not take it, as an error file does", ERRORS),
    ),
    "supplier's view": (
        {"gstr1": {}},
        Problem("file", "it is the supplier's view of IMS", f"{GIVE}; the view of a supplier is not read"),
    ),
    "counts": (
        {"data": {"all_oth": {}}},
        Problem("data", "it counts records and lists none", f"{GIVE}; counts are not read"),
    ),
    "encrypted": (
        {"data": "AbC=", "rek": "x"},
        Problem("file", "it is an encrypted answer of the API", "decrypt it with the session's key first"),
    ),
    "grouped by supplier": (
        {"b2b": [{"ctin": "x", "inv": []}]},
        Problem("b2b[0]", "it groups documents by supplier, as GSTR-1, 2A and 2B do", GIVE),
    ),
    "an error with its code": (
        {"status_cd": "0", "error": {"error_cd": "RET2B1016", "message": "No document found"}},
        Problem("file", "the portal answered with an error: RET2B1016 No document found", "download it again"),
    ),
    "an error without a word": (
        {"error": {}},
        Problem("file", "the portal answered with an error: no reason given", "download it again"),
    ),
}


def test_what_stands_beside_a_download_is_told(row, recipient, read_download):
    tree = {"imsDetails": {"b2b": [row()]}, "imsDetailsErr": {"b2b": [row(error_msg="x")]}}
    download = read_download(json.dumps(tree), recipient, "ims.json")
    assert [str(warning) for warning in download.warnings] == [
        "imsDetailsErr: the file also holds what the portal answered to an upload; read that with ims-fsm report"
    ]


@pytest.mark.parametrize(("tree", "problem"), FOREIGN.values(), ids=FOREIGN.keys())
def test_another_file_is_named_for_what_it_is(tree, problem, recipient, read_download):
    with pytest.raises(InputError) as refused:
        read_download(json.dumps(tree), recipient, "ims.json")
    assert refused.value.problems == (problem,)
