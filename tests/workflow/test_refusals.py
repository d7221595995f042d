"""What a refusal says: labels of documents, fields of sentences, and the error that carries refusals."""

from __future__ import annotations

import pickle
from datetime import date

import pytest

from ims_fsm import Document, Kind, OriginalReference, RefusedError, TaxPeriod
from ims_fsm.law.book import shipped_book
from ims_fsm.law.refusal import FIELDS
from ims_fsm.record.refusals import Answer, Told, label, record_fields, return_fields

REFUSAL = Told("frozen", "faq.12", ("faq.12", "faq.5"), "It is decided", "amend it")


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_document_has_a_title(stage, kind):
    document = stage.document(kind, number="X/1")
    assert Kind.ECO_DOCUMENT.in_words == "ECO document"
    assert label(document) == f"{kind.in_words} X/1 of {stage.seller}"
    assert (
        label(stage.document(kind, number="X/2", amends=document)) == f"amended {kind.in_words} X/2 of {stage.seller}"
    )
    assert label(document.changed(supplier="")) == f"{kind.in_words} X/1 of overseas"


def test_what_sentences_name_is_told_of_a_record_or_of_a_return(stage):
    stage.taxpayer(stage.buyer, filing="quarterly")
    original = stage.document("credit_note", date=date(2025, 10, 5))
    record = stage.record(stage.saved(stage.document("credit_note", 10_000, amends=original), "2025-10", "IFF"))
    with stage.ims._workspace.asking() as unit:
        scene = unit.scene(stage.buyer)
        filled = record_fields(record, scene) | return_fields(scene, TaxPeriod("2025-10"))
    assert {name: filled[name] for name in FIELDS} == {
        "document": f"amended credit note S/2 of {stage.seller}",
        "a_document": "a credit note",
        "original": "credit note S/1",
        "form": "IFF",
        "period": "2025-10",
        "previous": "2025-09",
        "quarter": "2025-12",
        "recipient": stage.buyer,
        "recipient_kind": "normal",
        "removed_for": "it was removed",
        "deadline": "22 April 2026",
        "full_reduction": "100.00 IGST",
        "two_b_opens": "14 November 2025",
        "opens_on": "14 October 2024",
        "remarks_limit": "250",
        "declaration_from": "20 April 2026",
    }


@pytest.mark.parametrize(
    ("kind", "action", "article", "removed_for"),
    [
        ("invoice", None, "an", "its supplier deleted it before filing"),
        ("eco_document", "keep_pending", "an", "it was still pending when the time limit of section 16(4) passed"),
    ],
)
def test_what_a_sentence_says_of_what_was_removed(stage, kind, action, article, removed_for):
    record_id = stage.filed(stage.document(kind, date=date(2024, 3, 5))) if action else stage.saved()
    if action:
        stage.act(action, record_id)
        stage.at("2024-12-01").ims.sweep([stage.buyer])
    else:
        stage.shop.delete(record_id)
    record = stage.record(record_id)
    with stage.ims._workspace.asking() as unit:
        filled = record_fields(record, unit.scene(stage.buyer))
    assert filled["a_document"] == f"{article} {record.document.kind.in_words}"
    assert (filled["original"], filled["removed_for"]) == ("its original", removed_for)


def test_a_refusal_cites_its_rules_and_what_is_above_them():
    assert [REFUSAL.cites(rule) for rule in ("faq.12", "faq.5", "faq", "faq.1")] == [True, True, True, False]
    assert str(REFUSAL) == "It is decided (faq.12); amend it"
    assert REFUSAL.as_dict() == {
        "code": "frozen",
        "rule": "faq.12",
        "rules": ("faq.12", "faq.5"),
        "sentence": "It is decided",
        "remedy": "amend it",
    }


def test_an_answer_is_true_exactly_when_it_allows():
    allowed = Answer(record_id=1, document="invoice X/1", trigger="accept", dest="accepted", rules=("faq.10.i",))
    refused = Answer.refused(1, RefusedError("invoice X/1", "accept", [REFUSAL]))
    assert (bool(allowed), allowed.allowed, allowed.refusals) == (True, True, ())
    assert (bool(refused), refused.allowed, refused.dest) == (False, False, None)
    assert (refused.rules, refused.refusals) == (("faq.12", "faq.5"), (REFUSAL,))


def test_an_error_survives_another_process():
    error = RefusedError("invoice X/1", "accept", [REFUSAL])
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 -- our own bytes


def test_the_error_carries_every_refusal():
    other = Told("removed", "faq.16.2", ("faq.16.2",), "It is gone", "ask")
    error = RefusedError("invoice X/1", "accept", [REFUSAL, other])
    assert (error.code, error.subject, error.trigger) == ("frozen", "invoice X/1", "accept")
    assert str(error) == "It is decided (faq.12); amend it; It is gone (faq.16.2); ask"
    assert error.as_dict() == {
        "code": "frozen",
        "message": str(error),
        "trigger": "accept",
        "refusals": [REFUSAL.as_dict(), other.as_dict()],
    }


def test_no_sentence_of_the_shipped_law_lacks_a_field():
    names = {name for guard in _guards() for name in _named(guard.says + guard.remedy)}
    assert names <= FIELDS.keys()
    assert {"document", "original", "deadline"} <= names


def _guards():
    return [guard for machine in shipped_book().law.machines.values() for guard in machine.declaration.guard]


def _named(text):
    return [part.split("}")[0] for part in text.split("{")[1:]]


def test_a_reference_keeps_number_and_date(stage):
    original = stage.document()
    amended: Document = stage.document(amends=original)
    assert amended.amends == OriginalReference(original.number, original.date)
