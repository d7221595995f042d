"""Idempotency keys: whatever a call is given tells its request from others, but for what only hears of it."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from inspect import Parameter, signature

import pytest

from ims_fsm import (
    Disposition,
    Document,
    Form,
    Heads,
    Kind,
    OriginalReference,
    Proposal,
    RecipientDesk,
    State,
    StatedOriginal,
    SupplierDesk,
    TaxPeriod,
    Trigger,
    Where,
)
from ims_fsm.workflow import keys
from ims_fsm.workflow.desks import Acted
from ims_fsm.workflow.originals import OriginalsDesk

OCTOBER, NOVEMBER = TaxPeriod("2024-10"), TaxPeriod("2024-11")
DOCUMENT = Document(
    kind=Kind.INVOICE,
    supplier="29AABCT1332L1ZA",
    recipient="27AAPFU0939F1ZV",
    number="A/1",
    date=date(2024, 10, 5),
    taxable=100,
    tax=Heads(igst=18),
)
OTHER_FIELDS = {
    "kind": Kind.DEBIT_NOTE,
    "recipient": "24AAACC1206D1ZM",
    "number": "A/2",
    "date": date(2024, 10, 6),
    "taxable": 101,
    "tax": Heads(igst=19),
    "value": 118,
    "pos": "27",
    "invoice_type": "DE",
    "reverse_charge": True,
    "ineligible": "pos",
    "amends": OriginalReference("A/0", date(2024, 9, 1)),
    "supplier_name": "Acme",
    "pending_blocked": True,
}
DOCUMENTS = [replace(DOCUMENT, **{name: value}) for name, value in OTHER_FIELDS.items()]
PROPOSAL = Proposal(place="line 2", trigger=Trigger.ACCEPT, number="A/1")
PROPOSALS = [
    [replace(PROPOSAL, **{name: value})]
    for name, value in {
        "trigger": Trigger.REJECT,
        "recipient": "27AAPFU0939F1ZV",
        "date": date(2024, 10, 5),
        "version": 2,
        "record_id": 7,
        "supplier": "29AABCT1332L1ZA",
        "number": "A/2",
        "machine": "invoice",
        "remarks": "x",
        "reduce_itc": "full",
        "document": DOCUMENT,
        "previous": State.PENDING,
    }.items()
]
ACTED = {"remarks": ["x"], "version": [1], "record_id": [8]}
REDUCED = {"reduce_itc": ["full", Heads(igst=1)]}
PERIOD = ({"period": OCTOBER}, {"period": [NOVEMBER]})
STATED = StatedOriginal(disposition=Disposition.ACCEPTED, number="A/1")
OTHER_STATED = {
    "disposition": Disposition.REJECTED,
    "record_id": 7,
    "supplier": "29AABCT1332L1ZA",
    "number": "A/2",
    "tax": Heads(igst=1),
}
# What each call that takes a key is given, and what else it may be given.
RECIPIENT = {
    "act": ({"trigger": "reject", "record_id": 7}, {"trigger": ["accept"], **ACTED, **REDUCED}),
    "accept": ({"record_id": 7}, {**ACTED, **REDUCED}),
    "reject": ({"record_id": 7}, ACTED),
    "keep_pending": ({"record_id": 7}, ACTED),
    "reset": ({"record_id": 7}, ACTED),
    "act_on": (
        {"trigger": "accept"},
        {"trigger": ["reject"], "where": [Where(in_ims=True)], "ids": [[], [7]], "remarks": ["x"], **REDUCED},
    ),
    "apply": ({"source": [PROPOSAL]}, {"source": PROPOSALS, "all_or_nothing": [True]}),
    "state_original": (
        {"record_id": 7, "disposition": Disposition.ACCEPTED, "original": DOCUMENT},
        {"record_id": [8], "disposition": [Disposition.REJECTED], "original": [None, *DOCUMENTS]},
    ),
    "generate_2b": ({"period": OCTOBER}, {"period": [NOVEMBER], "consent": [True]}),
    "state_originals": (
        {"stated": [STATED]},
        {"stated": [[], *([replace(STATED, **{name: value})] for name, value in OTHER_STATED.items())]},
    ),
    "file_3b": ({"period": OCTOBER}, {"period": [NOVEMBER], "consent": [True]}),
    "file_annual_return": ({"fy": "2023-24"}, {"fy": ["2022-23"]}),
}
SUPPLIER = {
    "save": (
        {"document": DOCUMENT, "form": Form.GSTR_1, "period": OCTOBER},
        {"document": DOCUMENTS, "form": [Form.IFF], "period": [NOVEMBER]},
    ),
    "edit": (
        {"record_id": 7, "changes": {"igst": 1}},
        {"record_id": [8], "changes": [{"igst": 2}, {"supplier_name": "Acme"}, {"pending_blocked": True}]},
    ),
    "delete": ({"record_id": 7}, {"record_id": [8]}),
    "file": ({"form": Form.GSTR_1, "period": OCTOBER}, {"form": [Form.IFF], "period": [NOVEMBER]}),
}
CALLS = [(RecipientDesk, name) for name in RECIPIENT] + [(SupplierDesk, name) for name in SUPPLIER]


class _Printed(Exception):  # noqa: N818 -- it ends a call, and is no error
    pass


def arguments_of(desk, name):
    given = signature(getattr(desk, name)).parameters.values()
    names = {parameter.name for parameter in given if parameter.kind is not Parameter.VAR_KEYWORD}
    return names | {n for parameter in given if "Acted" in str(parameter.annotation) for n in Acted.__annotations__}


def test_every_call_with_a_key_and_every_argument_is_looked_at():
    for desk, given in ((RecipientDesk, RECIPIENT), (SupplierDesk, SUPPLIER)):
        names = {**vars(desk), **(vars(OriginalsDesk) if desk is RecipientDesk else {})}
        with_key = {name for name in names if not name.startswith("_") and "key" in arguments_of(desk, name)}
        assert with_key == set(given)
        for name, (_, others) in given.items():
            heard = {"act_on": {"each_refused"}, "apply": {"where"}, "state_originals": {"where"}}.get(name, set())
            assert arguments_of(desk, name) == {"self", "key", *heard, *others}, name
    assert {field.name for field in fields(Document)} == {"supplier", *OTHER_FIELDS}
    assert len(PROPOSALS) == len(fields(Proposal)) - 1


@pytest.mark.parametrize(("desk", "name"), CALLS, ids=lambda value: getattr(value, "__name__", value))
def test_another_argument_is_another_request(stage, monkeypatch, desk, name):
    prints = []

    def noted(asked, of=keys.fingerprint):
        prints.append(of(asked))
        raise _Printed

    monkeypatch.setattr(keys, "fingerprint", noted)
    base, others = (RECIPIENT if desk is RecipientDesk else SUPPLIER)[name]
    call = getattr(stage.desk if desk is RecipientDesk else stage.shop, name)
    wanted = [base] + [base | {argument: value} for argument, values in others.items() for value in values]
    for given in [*wanted, base]:
        with pytest.raises(_Printed):
            call(**given, key="k")
    assert prints[0] == prints[-1]
    assert len(set(prints)) == len(wanted)


def test_what_only_hears_of_a_call_is_no_part_of_the_request(stage):
    record_id = stage.filed()
    first = stage.desk.act_on("accept", ids=[record_id], key="k")
    again = stage.desk.act_on("accept", ids=[record_id], key="k", each_refused=print)
    assert (again, type(again.trigger)) == (first, type(first.trigger))
    row = {"record_id": record_id, "trigger": Trigger.REJECT}
    done = stage.desk.apply([Proposal(place="line 2", **row)], key="file")
    assert stage.desk.apply([Proposal(place="line 9", **row)], where="again.csv", key="file") == done


@pytest.mark.parametrize("change", [{"supplier_name": "Acme"}, {"pending_blocked": True}])
def test_a_document_that_differs_in_no_business_field_is_another_request(stage, change):
    """Neither is content, and the fingerprint was once made of content."""
    document = stage.document()
    stage.shop.save(document, Form.GSTR_1, OCTOBER, key="k")
    with pytest.raises(keys.register.IdempotencyError):
        stage.shop.save(replace(document, **change), Form.GSTR_1, OCTOBER, key="k")
