"""Who may fire what: every role, every trigger that is kept to some, every path that fires it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ims_fsm import (
    IMS,
    DeclarationError,
    MissingError,
    PortalTwoB,
    Principal,
    Proposal,
    RefusedError,
    TaxPeriod,
    Where,
    shipped_book,
)
from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.two_b.writing import write_two_b
from ims_fsm.store.tables import DeclarationRow
from ims_fsm.terms.vocabulary import Form, Kind, State, SupplierStatus, Trigger
from ims_fsm.workflow.calendar import jobs

ROLES = """
[[role]]
name = "approver"
says = "who decides what becomes of a document"

[[role]]
name = "reporter"
says = "who reports for a supplier"

[[role]]
name = "filer"
says = "who files returns"

[[role]]
name = "scheduler"
says = "what does on its day what the calendar owes"

[[permit]]
machine = "record"
triggers = ["accept", "reject", "keep_pending", "reset"]
roles = ["approver"]

[[permit]]
machine = "record"
triggers = ["save", "edit", "delete"]
roles = ["reporter"]

[[permit]]
machine = "record"
triggers = ["expire"]
roles = ["scheduler"]

[[permit]]
machine = "record"
triggers = ["freeze"]
roles = ["filer"]

[[permit]]
machine = "gstr2b"
triggers = ["generate"]
roles = ["filer", "scheduler"]

[[permit]]
machine = "gstr2b"
triggers = ["file_3b"]
roles = ["filer"]
"""
BOOK = shipped_book(None, ROLES)
OCTOBER = TaxPeriod("2024-10")
NAMES = ("nobody", "approver", "reporter", "filer", "scheduler")


def who(role: str) -> Principal:
    return Principal("asha", () if role == "nobody" else (role, "guest"))


@dataclass
class Setting:
    """A record on which everything is open, one that is only saved, one that is pending past its time."""

    stage: Any
    filed: int
    saved: int
    late: int


def act(setting: Setting, by: Principal) -> object:
    return setting.stage.ims.recipient(setting.stage.buyer, actor=by).reject(setting.filed)


def act_on(setting: Setting, by: Principal) -> object:
    desk = setting.stage.ims.recipient(setting.stage.buyer, actor=by)
    report = desk.act_on("accept", where=Where(kinds=(Kind.INVOICE,), states=(State.NO_ACTION,)))
    assert report.applied or report.by_rule() == {"house.roles": report.refused_records}
    return report.refused[0].refusals if report.refused else None


def apply(setting: Setting, by: Principal) -> object:
    desk = setting.stage.ims.recipient(setting.stage.buyer, actor=by)
    proposal = Proposal(place="line 2", trigger=Trigger.KEEP_PENDING, record_id=setting.filed)
    assert desk.check([proposal]).rows[0].refusals == desk.apply([proposal]).rows[0].refusals
    return desk.check([proposal]).rows[0].refusals


def bound(setting: Setting, by: Principal) -> object:
    with setting.stage.ims._workspace.engine.begin() as connection:
        return setting.stage.ims.bound(connection).recipient(setting.stage.buyer, actor=by).accept(setting.filed)


def take_in(setting: Setting, by: Principal) -> object:
    """Take in a download that shows an action, of a record that is known."""
    stage, record = setting.stage, setting.stage.record(setting.filed)
    shown = stage.seen(record.document, SupplierStatus.FILED, State.ACCEPTED)
    return stage.ims.recipient(stage.buyer, actor=by).receive([shown])


def take_in_new(setting: Setting, by: Principal) -> object:
    """Take in a download that shows an action, of a record that is new."""
    stage = setting.stage
    shown = stage.seen(stage.document(number="NEW/1"), SupplierStatus.FILED, State.REJECTED)
    return stage.ims.recipient(stage.buyer, actor=by).receive([shown])


def take_in_edited(setting: Setting, by: Principal) -> object:
    stage, record = setting.stage, setting.stage.record(setting.saved)
    shown = stage.seen(record.document.changed(taxable=77), return_period=TaxPeriod("2024-11"))
    return stage.ims.recipient(stage.buyer, actor=by).receive([shown])


def take_in_without(setting: Setting, by: Principal) -> object:
    """Take in a whole download that does not show what was saved."""
    stage = setting.stage
    record = stage.record(setting.filed)
    shown = stage.seen(record.document, SupplierStatus.FILED)
    late = stage.seen(stage.record(setting.late).document, SupplierStatus.FILED, State.PENDING)
    whole = frozenset({record.machine})
    return stage.ims.recipient(stage.buyer, actor=by).receive([shown, late], complete=whole)


def save(setting: Setting, by: Principal) -> object:
    stage = setting.stage
    return stage.ims.supplier(stage.seller, actor=by).save(stage.document(), Form.GSTR_1, OCTOBER)


def edit(setting: Setting, by: Principal) -> object:
    return setting.stage.ims.supplier(setting.stage.seller, actor=by).edit(setting.saved, {"taxable": 5})


def delete(setting: Setting, by: Principal) -> object:
    return setting.stage.ims.supplier(setting.stage.seller, actor=by).delete(setting.saved)


def generate(setting: Setting, by: Principal) -> object:
    return setting.stage.ims.recipient(setting.stage.buyer, actor=by).generate_2b(OCTOBER, consent=True)


def file_3b(setting: Setting, by: Principal) -> object:
    setting.stage.ims.recipient(setting.stage.buyer, actor=who("filer")).generate_2b(OCTOBER, consent=True)
    return setting.stage.ims.recipient(setting.stage.buyer, actor=by).file_3b(OCTOBER, consent=True)


def sweep(setting: Setting, by: Principal) -> object:
    report = setting.stage.ims.sweep([setting.stage.buyer], actor=by)
    return report.failures[0].error if report.failures else None


def expire(setting: Setting, by: Principal) -> object:
    setting.stage.at("2026-01-05")
    return sweep(setting, by)


PATHS: dict[Callable[[Setting, Principal], object], tuple[str, ...]] = {
    act: ("approver",),
    act_on: ("approver",),
    apply: ("approver",),
    bound: ("approver",),
    take_in: ("approver",),
    take_in_new: ("approver",),
    take_in_edited: ("reporter",),
    take_in_without: ("reporter",),
    save: ("reporter",),
    edit: ("reporter",),
    delete: ("reporter",),
    generate: ("filer", "scheduler"),
    file_3b: ("filer",),
    sweep: ("filer", "scheduler"),
    expire: ("scheduler",),
}


@pytest.fixture
def setting(stage, monkeypatch):
    late = stage.filed()
    stage.desk.keep_pending(late)
    made = Setting(stage, stage.filed(), stage.saved(period="2024-11"), late)
    stage.receive(stage.seen(stage.record(made.saved).document, return_period=TaxPeriod("2024-11")))
    monkeypatch.setattr(stage.ims._workspace, "book", BOOK)
    stage.at("2024-11-16")
    return made


@pytest.mark.parametrize("role", NAMES)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__)
def test_each_path_asks_who_it_is(setting, path, role):
    if path is file_3b:
        generate(setting, who("filer"))
    # Under which declarations something might have been written is noted whatever comes of it.
    but = {str(DeclarationRow.__tablename__)}
    before = setting.stage.tables(but)
    try:
        said: Any = path(setting, who(role))
    except RefusedError as error:
        said = error.refusals
    if role in PATHS[path]:
        assert not (isinstance(said, (tuple, str)) and said)
        assert setting.stage.tables(but) != before
    else:
        assert "house.roles" in str(said)
        if path is not file_3b:
            assert setting.stage.tables(but) == before
    assert setting.stage.faults() == ()


def test_it_is_told_before_anybody_acts(setting):
    """A question is answered as the action would be, and a role that is lacking is one reason among all."""
    stage = setting.stage
    note = stage.record(setting.filed).id
    for role in NAMES:
        desk = stage.ims.recipient(stage.buyer, actor=who(role))
        allowed = role == "approver"
        assert bool(desk.may("accept", note)) is allowed
        assert desk.what_if("reject", note).allowed is allowed
        assert ("reject" in desk.show(note).open_actions) is allowed
        listed = next(row for row in desk.listed() if row.record.id == note)
        assert (not listed.may["keep_pending"]) is allowed
        assert bool(desk.weigh("accept").allowed) is allowed
    [refusal] = stage.ims.recipient(stage.buyer, actor="asha").may("accept", note).refusals
    assert str(refusal) == (
        f"The trigger accept on invoice S/2 of {stage.seller} is for the role approver (house.roles); "
        "have it done by somebody who acts in that role"
    )
    frozen = stage.ims.recipient(stage.buyer, actor="asha").may("accept", setting.late, remarks="x" * 999)
    assert [refusal.code for refusal in frozen.refusals] == ["not_permitted", "remarks_too_long"]


def test_what_time_ends_is_the_calendars_in_whoevers_call(setting):
    """Who may file files, though only the scheduler may end what is pending: what the 14th of a year ends has ended."""
    stage = setting.stage.at("2026-01-05")
    generate(setting, who("filer"))
    assert stage.record(setting.late).state is State.REMOVED
    assert [step.actor for step in stage.desk.history(setting.late).transitions][-1] == "asha"


def test_the_scheduler_has_its_role(setting):
    workspace = setting.stage.ims._workspace
    jobs.plan(workspace)
    assert jobs.drain(workspace).failed == 0
    assert [two_b.period for two_b in setting.stage.desk.two_bs()] == [OCTOBER]


def test_another_taxpayer_is_not_here(stage):
    asha = Principal("asha", gstins=[stage.seller])
    with pytest.raises(MissingError):
        stage.ims.recipient(stage.buyer, actor=asha)
    assert stage.ims.supplier(stage.seller, actor=asha).actor == "asha"


def test_another_taxpayer_is_not_here_without_a_desk_either(stage):
    """What a file says whose it is, and what the calendar owes, is for those alone whom somebody reaches."""
    record = stage.filed()
    stage.taxpayer(stage.other)
    stage.at("2024-11-14 06:00")
    asha = Principal("asha", gstins=[stage.other])
    two_b = dumps(
        write_two_b(PortalTwoB(recipient=stage.buyer, period=OCTOBER, generated_on=date(2024, 11, 14), lines=()))
    ).encode()
    download = dumps({"gstin": stage.buyer, "data": {"b2b": []}}).encode()
    before = stage.tables()
    for call in (
        lambda: stage.ims.import_download(download, actor=asha),
        lambda: stage.ims.import_download(download, gstin=stage.buyer, actor=asha),
        lambda: stage.ims.compare_2b(two_b, actor=asha),
        lambda: stage.ims.compare_2b(two_b, adopt=True, actor=asha),
        lambda: stage.ims.sweep([stage.buyer], actor=asha),
    ):
        with pytest.raises(MissingError, match=f"{stage.buyer}: is not a taxpayer known here"):
            call()
    assert [swept.recipient for swept in stage.ims.sweep(actor=asha).swept] == [stage.other]
    assert stage.record(record).state == "no_action"
    left = stage.tables()
    assert left["ims_record"] == before["ims_record"]
    assert not [two_b for two_b in left["ims_two_b"] if two_b[0] == stage.buyer]


def test_roles_strand_no_record(tmp_path: Path):
    """Who may act is no part of what is decided by: a house changes it on any day."""
    file = tmp_path / "roles.toml"
    file.write_text(ROLES)
    url = f"sqlite:///{tmp_path / 'ims.db'}"
    for roles in (None, file, None):
        with IMS(url, roles=roles) as ims:
            assert {name: machine.fingerprint for name, machine in ims.book.law.machines.items()} == {
                name: machine.fingerprint for name, machine in shipped_book().law.machines.items()
            }
            assert (roles is None) == (not ims.book.law.role_facts)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            ('roles = ["approver"]', 'roles = ["aprover"]'),
            "permit[1]: names the unknown role 'aprover'; did you",
        ),
        (('"accept",', '"acept",'), "roles.toml permit[1]: names the unknown trigger 'acept'; did you mean accept?"),
        (('"gstr2b"', '"gstr2"'), "roles.toml permit[5]: names the unknown machine 'gstr2'; did you mean gstr2b?"),
        (('triggers = ["freeze"]', 'triggers = ["edit"]'), "names edit of bill_of_entry, which another entry has"),
        (("[[permit]]", "[[permits]]"), "roles.toml permits: is not a key here"),
        (("[[role]]", "[role"), "roles.toml: "),
    ],
)
def test_what_is_wrong_with_a_file_of_roles(changed, says):
    with pytest.raises(DeclarationError) as caught:
        shipped_book(None, ROLES.replace(*changed, 1) if changed[0] != '"gstr2b"' else ROLES.replace(*changed))
    assert says in str(caught.value)
