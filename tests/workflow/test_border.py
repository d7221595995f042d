"""Whatever is given to a call of the face: it is taken, or the error is ours, can be printed, and is short."""

from __future__ import annotations

import inspect
import io
import json
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from ims_fsm import (
    IMS,
    CasesDesk,
    Disposition,
    Document,
    Engine,
    Form,
    Heads,
    ImsFsmError,
    Kind,
    OriginalReference,
    PortalTwoB,
    Proposal,
    RecipientDesk,
    StatedOriginal,
    SupplierDesk,
    Taxpayer,
    TaxPeriod,
    Where,
)
from ims_fsm.formats.gstn.notation import dumps
from ims_fsm.formats.gstn.two_b.writing import write_two_b
from ims_fsm.record.sighting import Shown, flat
from ims_fsm.workflow.chasing.desk import ChaseOnly
from ims_fsm.workflow.desks import Acted
from ims_fsm.workflow.reception.importing import Importing, Registration

BUYER, SELLER, PERIOD = "27AAPFU0939F1ZV", "29AABCT1332L1ZA", TaxPeriod("2024-10")
JUNK = (
    None,
    "",
    "a\0b",
    "\x1b[31m",
    "\u202eabc",
    "a\ud800b",
    "x" * 10_000,
    True,
    -1,
    2**63,
    1.5,
    float("nan"),
    b"\xff",
    b"{}",
    [],
    [None],
    ["a\0b"],
    [2**70],
    {"a": 1},
    object(),
    datetime(2024, 1, 1),  # noqa: DTZ001 -- without a zone on purpose
    date.max,
    "2099-12",
    Heads(igst="5"),  # type: ignore[arg-type]
    Heads(igst=10**30),
    io.StringIO("{}"),
    Path("/nowhere"),
    Path("/"),
)
INVOICE = Document(
    kind=Kind.INVOICE,
    supplier=SELLER,
    recipient=BUYER,
    number="INV/7",
    date=date(2024, 10, 20),
    taxable=100_00,
    tax=Heads(igst=18_00),
)
AMENDED = OriginalReference("CN/6", date(2024, 10, 2))
NOTE = INVOICE.changed(kind=Kind.CREDIT_NOTE, number="CN/7", amends=AMENDED)
STATED = StatedOriginal(disposition=Disposition.ACCEPTED, record_id=2, tax=Heads(igst=9_00))
BY_NUMBER = replace(STATED, record_id=None, number="CN/7")
PROPOSAL = Proposal(place="line 1", trigger="accept", record_id=1)
ROW = {
    "stin": SELLER, "inum": "INV/8", "idt": "20-10-2024", "action": "N", "srcform": "R1", "rtnprd": "102024",
    "srcfilstatus": "Filed", "val": 118, "pos": "27", "txval": 100, "iamt": 18,
}  # fmt: skip
DOWNLOAD = json.dumps({"gstin": BUYER, "data": {"b2b": [ROW]}}).encode()
ANSWER = b'{"status_cd": "P", "transTypCd": "SAV", "proc_cnt": "1", "err_cnt": "0"}'
TWO_B = dumps(
    write_two_b(PortalTwoB(recipient=BUYER, period=PERIOD, generated_on=date(2024, 11, 14), lines=()))
).encode()
REGISTER = f"Supplier GSTIN,Number,Date,Taxable,IGST\n{SELLER},BOOKED/1,20-10-2024,100,18\n".encode()
LEAVE = Path(__file__).parents[2] / "docs" / "examples" / "leave_request"
SHOWN = flat(
    SimpleNamespace(
        document=INVOICE,
        form=Form.GSTR_1,
        return_period=PERIOD,
        supplier_status="saved",
        action="no_action",
        reduction_blocked=None,
        itc_reduction=None,
        declared=None,
        remarks=None,
        portal_hash=None,
        itc_period=None,
    )
)
# A right value for each parameter that has no default, by its name, or by its call's and its own.
RIGHT = {
    "record_id": 1,
    "kind": "policy",
    "text": "",
    "change_setting text": '[[recommend]]\nname = "the_rest"\nsays = "a person decides it"\n',
    "chased letters": (),
    "state_original record_id": 2,
    "trigger": "accept",
    "source": b"id,action\n1,accept\n",
    "import_download sources": DOWNLOAD,
    "compare_2b sources": TWO_B,
    "report sources": ANSWER,
    "path": "copy.db",
    "out": io.BytesIO(),
    "stated": [STATED],
    "period": PERIOD,
    "older": 1,
    "form": Form.GSTR_1,
    "document": INVOICE.changed(number="INV/9"),
    "changes": {"taxable": 7},
    "fy": "2024-25",
    "sightings": [],
    "disposition": Disposition.ACCEPTED,
    "gstin": BUYER,
    "actor": "asha",
    "signoff_id": 1,
    "machine": "leave_request",
    "reader": lambda _case: {},
    "case_id": 1,
    "CasesDesk trigger": "approve",
    "key": "LR-2",
    "document_id": 1,
    "reason": "seen",
    "to": "ravi",
    "taxpayer": Taxpayer(gstin=BUYER, registered_from=PERIOD),
}
# What the host gives of its own, which is called and not read.
ITS_OWN = {"each", "each_refused", "progress"}


@pytest.fixture
def ims(lived) -> IMS:
    """An invoice that is saved, and an amendment that is filed, whose original is unknown."""
    return lived(saved_and_filed).ims


def saved_and_filed(stage) -> None:
    stage.at("2024-11-16").shop.save(INVOICE, Form.GSTR_1A, PERIOD)
    stage.shop.save(NOTE, Form.GSTR_1, PERIOD)
    stage.shop.file(Form.GSTR_1, PERIOD)
    stage.desk.generate_2b(PERIOD)
    stage.desk.seal()
    stage.desk.match(REGISTER)


def at(ims: IMS, owner: type) -> object:
    desks = {
        RecipientDesk: lambda: ims.recipient(BUYER, actor="asha"),
        SupplierDesk: lambda: ims.supplier(SELLER, actor="erp"),
        CasesDesk: leave,
    }
    return desks.get(owner, lambda: ims)()


def leave() -> CasesDesk:
    """Return a desk of cases, with one case of a leave."""
    desk = Engine("sqlite://", machines=LEAVE).cases("leave_request", actor="asha")
    desk.open("LR-1")
    return desk


def parameters() -> list[tuple[type, str, str]]:
    calls = [
        (owner, name, signature.parameters)
        for owner in (IMS, RecipientDesk, SupplierDesk, CasesDesk)
        for name, call in inspect.getmembers(owner, inspect.isfunction)
        if not name.startswith("_") and (signature := inspect.signature(call))
    ]
    named = [(owner, name, parameter) for owner, name, given in calls for parameter in given if parameter != "self"]
    only = sorted(ChaseOnly.__annotations__)
    together = {
        "only": only,
        "acted": sorted(Acted.__annotations__),
        "how": sorted(set(Importing.__annotations__) - ITS_OWN),
    }
    return [
        (owner, name, p) for owner, name, given in named if given not in ITS_OWN for p in together.get(given, [given])
    ]


def printed(error: BaseException | None) -> str:
    """Return the lines of every error that a traceback of this one prints."""
    lines = []
    while error is not None:
        lines += traceback.format_exception_only(type(error), error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "".join(lines)


def right(call: Callable[..., object]) -> dict[str, object]:
    """Return what a call needs, and a right value of each."""
    needs = [name for name, p in inspect.signature(call).parameters.items() if p.default is p.empty]
    owner, _, own = call.__qualname__.partition(".")
    given = {name: RIGHT.get(f"{owner} {name}", RIGHT.get(f"{own} {name}", RIGHT.get(name))) for name in needs}
    return {name: value for name, value in given.items() if value is not None}


def outcome(call: Callable[[], object]) -> str:
    """Return what a call raised of ours as people read it, "" where it raised nothing; look at what a server logs."""
    told = logged = ""
    try:
        answer = call()
        list(answer) if inspect.isgenerator(answer) else None
    except ImsFsmError as error:
        told, logged = str(error), printed(error)
    assert told.replace("\n", " ").isprintable(), told
    assert len(told) < 5_000, told
    # Neither a statement nor its values are in it.
    assert not any(word in logged for word in ("[SQL", "[parameters", "SELECT ", "INSERT ")), logged
    return told


# A connection that is right is the host's (tests/workflow/test_host.py).
@pytest.mark.parametrize(("owner", "name"), sorted({call[:2] for call in parameters() if call[1] != "bound"}, key=str))
def test_what_is_right_is_taken_so_that_nothing_else_is_wrong_with_a_call(ims, owner, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call = getattr(at(ims, owner), name)
    refused = outcome(lambda: call(**right(call)))
    # What is right with sign-offs is told by tests/workflow/test_signoff.py.
    of_others = ("signoff=True", "SQLite alone", "is not a machine of cases here", "seal the log first")
    of_others += ("give document_id or record_id",)
    assert not refused or any(says in refused for says in of_others)


@pytest.mark.parametrize(("owner", "name", "parameter"), parameters())
def test_a_wrong_value_is_told_in_our_words(ims, owner, name, parameter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call = getattr(at(ims, owner), name)
    for value in JUNK:
        outcome(lambda value=value: call(**{**right(call), parameter: value}))
    assert not ims.sweep().failures


def buyer(ims: IMS) -> RecipientDesk:
    return ims.recipient(BUYER, actor="asha")


def seller(ims: IMS) -> SupplierDesk:
    return ims.supplier(SELLER, actor="erp")


# A right value of each kind that calls are given, and a call that it is given to.
VALUES = {
    "register": (Taxpayer(gstin=SELLER, registered_from=PERIOD), lambda ims, value: ims.register(value)),
    "save": (INVOICE, lambda ims, value: seller(ims).save(value, Form.GSTR_1, PERIOD)),
    "save amends": (AMENDED, lambda ims, value: seller(ims).save(NOTE.changed(amends=value), Form.GSTR_1, PERIOD)),
    "edit": (AMENDED, lambda ims, value: seller(ims).edit(1, {"amends": value})),
    "state_original": (INVOICE, lambda ims, value: buyer(ims).state_original(2, "accepted", value)),
    "state_originals": (STATED, lambda ims, value: buyer(ims).state_originals([value])),
    "state_originals number": (BY_NUMBER, lambda ims, value: buyer(ims).state_originals([value])),
    "records": (Where(), lambda ims, value: list(buyer(ims).records(value))),
    "act_on": (Where(), lambda ims, value: buyer(ims).act_on("accept", where=value)),
    "apply": (PROPOSAL, lambda ims, value: buyer(ims).apply([value])),
    "check number": (replace(PROPOSAL, record_id=None, number="INV/7"), lambda ims, value: buyer(ims).check([value])),
    "receive": (SHOWN, lambda ims, value: buyer(ims).receive([value])),
    "import_download": (
        Registration(),
        lambda ims, value: ims.import_download(DOWNLOAD, registration=value, actor="asha"),
    ),
    "import_download newcomer": (
        Registration(),
        lambda ims, value: ims.import_download(
            DOWNLOAD.replace(BUYER.encode(), b"24AAACC1206D1ZM"), registration=value, actor="asha"
        ),
    ),
}


@pytest.mark.parametrize(("value", "give"), VALUES.values(), ids=VALUES)
def test_a_wrong_field_of_a_value_is_told_in_our_words_and_breaks_nobody(ims, value, give):
    changed = value._replace if isinstance(value, Shown) else partial(replace, value)
    for name in inspect.signature(type(value)).parameters:
        for place, wrong in enumerate(JUNK):
            # No number is reported twice.
            fresh = {"number": f"N/{name[:3]}{place}"} if isinstance(value, Document) else {}
            outcome(lambda name=name, wrong=wrong, fresh=fresh: give(ims, changed(**{**fresh, name: wrong})))
    assert not ims.sweep().failures
    assert list(buyer(ims).listed())
