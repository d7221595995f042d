"""The face itself: taxpayers, and that a call says by whom; the use cases have files of their own."""

from __future__ import annotations

import inspect

import pytest

from ims_fsm import IMS, StoreError, Taxpayer, TaxPeriod
from ims_fsm.store import connection, register
from ims_fsm.terms.vocabulary import Filing
from ims_fsm.workflow.calendar import change

READING = {
    "close", "taxpayer", "taxpayers", "recipients", "registered", "recipient_of", "events", "newest_event",
    "compare_2b", "bound", "deliver", "backup", "dashboard", "latest_events", "reads",
}  # fmt: skip


def test_a_taxpayer_is_registered_and_corrected(stage):
    """Also one whose GSTIN was written with blanks and small letters."""
    known = stage.ims.taxpayer(stage.buyer)
    assert (known.gstin, known.kind, known.filing, known.registered_from) == (
        stage.buyer,
        "normal",
        "monthly",
        "2024-10",
    )
    stage.ims.register(Taxpayer(gstin=f" {stage.buyer.lower()}", name="Buyer", registered_from=TaxPeriod("2025-01")))
    corrected = stage.ims.taxpayer(stage.buyer)
    assert (corrected.name, corrected.registered_from) == ("Buyer", "2025-01")
    assert [one.gstin for one in stage.ims.taxpayers()] == sorted([stage.buyer, stage.seller])
    assert stage.ims.taxpayer(stage.other) is None


def test_who_is_registered_as_they_are_is_not_written_again(stage):
    before = stage.tables()
    stage.at("2024-11-20").ims.register(stage.ims.taxpayer(stage.buyer))
    assert stage.tables() == before


@pytest.mark.parametrize("gstin", ["", "27AAPFU0939F1Z", "overseas"])
def test_what_is_no_gstin_is_not_registered(stage, gstin):
    with stage.unreadable(f"gstin: {gstin!r} is not a GSTIN; write its 15 characters like 27AAPFU0939F1ZV"):
        stage.ims.register(Taxpayer(gstin=gstin, registered_from=TaxPeriod("2024-10")))


def test_a_quarterly_taxpayer_is_registered_where_the_calendar_has_a_due_day(stage):
    """Monthly he is registered anywhere."""
    with stage.unreadable(
        "99AAACB1234C1Z5: files quarterly in state 99, for which the calendar has no due day of GSTR-3B (due.gstr3b); "
        "correct the GSTIN, or register it as monthly"
    ):
        stage.ims.register(
            Taxpayer(gstin="99AAACB1234C1Z5", filing=Filing.QUARTERLY, registered_from=TaxPeriod("2024-12"))
        )
    stage.ims.register(Taxpayer(gstin="99AAACB1234C1Z5", registered_from=TaxPeriod("2024-10")))
    assert stage.ims.taxpayer("99AAACB1234C1Z5") is not None


@pytest.mark.parametrize(("module", "name"), [(register, "check"), (change, "follow")])
def test_what_cannot_be_opened_keeps_no_connection(tmp_path, monkeypatch, module, name):
    engines, opened = [], connection.open_engine

    def refuse(*_given):
        raise StoreError("no")

    monkeypatch.setattr(connection, "open_engine", lambda url: engines.append(opened(url)) or engines[0])
    monkeypatch.setattr(module, name, refuse)
    with pytest.raises(StoreError, match=r"^no$"):
        IMS(f"sqlite:///{tmp_path / 'ims.db'}")
    assert engines[0].pool.checkedin() == 0


def test_every_writing_call_says_by_whom():
    calls = dict(inspect.getmembers(IMS, inspect.isfunction))
    public = {name: call for name, call in calls.items() if not name.startswith("_")}
    assert public.keys() >= READING
    for name in public.keys() - READING - {"register"}:
        actor = inspect.signature(public[name]).parameters.get("actor")
        assert actor is not None, name
        assert actor.kind is inspect.Parameter.KEYWORD_ONLY, name
