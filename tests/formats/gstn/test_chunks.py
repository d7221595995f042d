"""An upload cut into parts that the portal's limit allows: nothing lost, nothing over the limit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.upload import Upload, UploadRecord, chunks, write_upload
from ims_fsm.terms.document import Document
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, Kind, State

ME = "27AAPFU0939F1ZV"


def records(count):
    kinds = [Kind.INVOICE, Kind.CREDIT_NOTE, Kind.ECO_DOCUMENT]
    actions = [State.ACCEPTED, State.REJECTED, State.NO_ACTION]
    for n in range(count):
        document = Document(
            kind=kinds[n % 3],
            supplier="29AABCT1332L1ZA",
            recipient=ME,
            number=f"S/{n}",
            date=date(2024, 10, 5),
            taxable=n,
        )
        yield UploadRecord(
            document=document,
            form=Form.GSTR_1,
            return_period=TaxPeriod("2024-10"),
            previous=State.PENDING,
            action=actions[n // 3 % 3],
        )


def rows(request):
    return [(key, row) for key, found in request["data"]["invdata"].items() for row in found] if request else []


@given(st.integers(0, 40), st.integers(500, 5000))
def test_the_parts_hold_everything_once_and_stay_within_the_limit(count, limit):
    upload = write_upload(ME, list(records(count)))
    parts = list(chunks(upload, limit))
    for part in parts:
        assert (part.save is None) != (part.reset is None)
        request = part.save or part.reset
        assert len(dumps(request).encode()) <= limit
        whole = upload.save if part.save else upload.reset
        assert whole is not None
        assert {**request, "data": 0} == {**whole, "data": 0}
        assert request["data"]["rtin"] == ME
    assert [row for part in parts for row in rows(part.save)] == rows(upload.save)
    assert [row for part in parts for row in rows(part.reset)] == rows(upload.reset)


def test_one_part_is_enough_below_the_limit():
    upload = write_upload(ME, list(records(3)))
    assert list(chunks(upload)) == [Upload(save=upload.save)]


def test_nothing_to_send_gives_no_part():
    assert list(chunks(Upload())) == []


def test_a_limit_below_one_record_is_refused():
    with pytest.raises(ValueError, match=r"one record needs \d+ bytes and 200 leave \d+ for it; raise the limit"):
        list(chunks(write_upload(ME, list(records(1))), 200))
