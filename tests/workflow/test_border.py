"""Whatever is given to a call of the face: it is taken, or the error is ours, can be printed, and is short."""

from __future__ import annotations

import inspect
import io
import traceback
from datetime import date, datetime
from pathlib import Path

import pytest

from ims_fsm import (
    IMS,
    Disposition,
    Document,
    Form,
    Heads,
    ImsFsmError,
    Kind,
    RecipientDesk,
    SupplierDesk,
    Taxpayer,
    TaxPeriod,
    Where,
)
from ims_fsm.workflow.desks import Acted
from ims_fsm.workflow.reception.importing import Importing

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
NOTE = Document(
    kind=Kind.CREDIT_NOTE,
    supplier=SELLER,
    recipient=BUYER,
    number="CN/7",
    date=date(2024, 10, 20),
    taxable=100_00,
    tax=Heads(igst=18_00),
)
# A right value for each parameter that has no default, by its name.
RIGHT = {
    "record_id": 1,
    "trigger": "accept",
    "source": b"id,action\n1,accept\n",
    "sources": b"{}",
    "path": "copy.db",
    "out": io.BytesIO(),
    "stated": [],
    "period": PERIOD,
    "form": Form.GSTR_1,
    "document": NOTE,
    "changes": {"taxable": 7},
    "fy": "2024-25",
    "sightings": [],
    "disposition": Disposition.ACCEPTED,
    "gstin": BUYER,
    "actor": "asha",
    "taxpayer": Taxpayer(gstin=BUYER, registered_from=PERIOD),
}
# What the host gives of its own, which is called and not read.
ITS_OWN = {"each", "each_refused", "progress"}


@pytest.fixture
def ims(stage) -> IMS:
    stage.shop.save(NOTE, Form.GSTR_1, PERIOD)
    return stage.ims


def at(ims: IMS, owner: type) -> object:
    desks = {
        RecipientDesk: lambda: ims.recipient(BUYER, actor="asha"),
        SupplierDesk: lambda: ims.supplier(SELLER, actor="erp"),
    }
    return desks.get(owner, lambda: ims)()


def parameters() -> list[tuple[type, str, str]]:
    calls = [
        (owner, name, signature.parameters)
        for owner in (IMS, RecipientDesk, SupplierDesk)
        for name, call in inspect.getmembers(owner, inspect.isfunction)
        if not name.startswith("_") and (signature := inspect.signature(call))
    ]
    named = [(owner, name, parameter) for owner, name, given in calls for parameter in given if parameter != "self"]
    together = {"acted": sorted(Acted.__annotations__), "how": sorted(set(Importing.__annotations__) - ITS_OWN)}
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


@pytest.mark.parametrize(("owner", "name", "parameter"), parameters())
def test_a_wrong_value_is_told_in_our_words(ims, owner, name, parameter, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    call = getattr(at(ims, owner), name)
    needed = [n for n, p in inspect.signature(call).parameters.items() if p.default is p.empty and n in RIGHT]
    for value in JUNK:
        arguments = {**{needs: RIGHT[needs] for needs in needed}, parameter: value}
        told = logged = ""
        try:
            answer = call(**arguments)
            list(answer) if inspect.isgenerator(answer) else None
        except ImsFsmError as error:
            told, logged = str(error), printed(error)
        assert told.replace("\n", " ").isprintable(), (value, told)
        assert len(told) < 5_000, value
        # Neither a statement nor its values are in what a server logs.
        assert not any(word in logged for word in ("[SQL", "[parameters", "SELECT ", "INSERT ")), logged
    assert not ims.sweep().failures


@pytest.mark.parametrize("owner", [Taxpayer, Document, Where])
def test_a_wrong_field_of_a_value_is_told_in_our_words_and_breaks_nobody(ims, owner):
    seller, buyer = ims.supplier(SELLER, actor="erp"), ims.recipient(BUYER, actor="asha")
    right = {Taxpayer: {"gstin": SELLER, "registered_from": PERIOD}, Where: {}}
    document = {name: getattr(NOTE, name) for name in NOTE.__dataclass_fields__}
    gives = {
        Taxpayer: ims.register,
        Document: lambda given: seller.save(given, Form.GSTR_1, PERIOD),
        Where: lambda where: (list(buyer.records(where)), buyer.act_on("accept", where=where)),
    }[owner]
    for field in owner.__dataclass_fields__:
        for place, value in enumerate(JUNK):
            given = {**right.get(owner, {**document, "number": f"N/{field[:3]}{place}"}), field: value}
            told = ""
            try:
                gives(owner(**given))
            except ImsFsmError as error:
                told = str(error)
            assert told.replace("\n", " ").isprintable(), (field, value)
    assert not ims.sweep().failures
    assert list(buyer.listed())
