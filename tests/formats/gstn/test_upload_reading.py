"""An upload that some tool made, read to be examined."""

from __future__ import annotations

import pytest

from ims_fsm.errors import InputError
from ims_fsm.formats.gstn.upload import is_upload, read_upload
from ims_fsm.terms.vocabulary import State, Trigger

ME = "27AAPFU0939F1ZV"


def row(**changes):
    whole = {
        "stin": "21ZXKCK4821M1ZG",
        "inum": "K/1",
        "idt": "05-10-2024",
        "srcform": "R1",
        "rtnprd": "102024",
        "txval": 100,
        "iamt": 18,
        "prev_status": "N",
        "action": "R",
    }
    return {key: value for key, value in (whole | changes).items() if value is not None}


def upload(*rows, reqtyp="SAVE", key="b2b"):
    return {"rtin": ME, "reqtyp": reqtyp, "invdata": {key: [*rows]}}


def message(tree, gstin=None):
    with pytest.raises(InputError) as refused:
        read_upload(tree, "up.json", gstin)
    return str(refused.value)


@pytest.mark.parametrize("tree", [upload(row()), {"action": "SAVE", "data": upload(row())}])
def test_an_upload_is_known_by_its_sections_with_or_without_a_wrapper(tree):
    assert is_upload(tree)
    (found,) = read_upload(tree, "up.json", ME)
    assert (found.place, found.trigger, found.previous) == ("b2b[0]", Trigger.REJECT, State.NO_ACTION)


@pytest.mark.parametrize("tree", [[], {}, 1, {"data": []}, {"data": {"b2b": []}}, {"invdata": []}])
def test_anything_else_is_no_upload(tree):
    assert not is_upload(tree)


@pytest.mark.parametrize(
    ("action", "trigger"),
    [("A", Trigger.ACCEPT), ("R", Trigger.REJECT), ("P", Trigger.KEEP_PENDING), ("N", Trigger.RESET)],
)
def test_a_code_is_a_trigger(action, trigger):
    assert read_upload(upload(row(action=action)), "up.json", None)[0].trigger is trigger


@pytest.mark.parametrize("reqtyp", ["RESET", "RESETIMS"])
def test_a_reset_carries_no_action(reqtyp):
    (found,) = read_upload(upload(row(action=None, prev_status="A"), reqtyp=reqtyp), "up.json", None)
    assert (found.trigger, found.previous) == (Trigger.RESET, State.ACCEPTED)


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        (upload(row(action=None)), "b2b[0].action: the record says no action; write A, R or P, or put it into a RESET"),
        (upload(row(prev_status="X")), "b2b[0].prev_status: 'X' is not an action; write A, R, P or N"),
        (
            upload(row(), key="b2x"),
            "2 problems\n  b2x: is not a section of IMS with a list of records; correct",
        ),
        (upload(), "invdata: holds no record; give an upload that tells the portal something"),
        (upload(1), "2 problems\n  b2b[0]: 1 stands where a record is expected; give it as an object\n"),
    ],
)
def test_what_cannot_be_read_is_told(tree, told):
    assert message(tree).startswith(f"up.json: {told}")


def test_an_upload_of_somebody_else_is_refused():
    assert "the file is of 27AAPFU0939F1ZV, not of 29AABCT1332L1ZA" in message(upload(row()), "29AABCT1332L1ZA")
