"""What a refusal says: labels of documents, fields of sentences, and the error that carries refusals."""

from __future__ import annotations

import pickle

import pytest

from ims_fsm import Document, Kind, OriginalReference, RefusedError
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


def test_every_field_of_a_sentence_is_filled_in(stage):
    """What the law's sentences name is told either of a record or of a return."""
    record = stage.record(stage.saved())
    with stage.ims._workspace.asking() as unit:
        scene = unit.scene(stage.buyer)
        filled = record_fields(record, scene).keys() | return_fields(scene, record.return_period).keys()
    assert FIELDS.keys() <= filled


@pytest.mark.parametrize(("kind", "told"), [("invoice", "an invoice"), ("eco_document", "an ECO document"),
                                            ("debit_note", "a debit note")])  # fmt: skip
def test_the_article_fits(stage, kind, told):
    record = stage.record(stage.saved(stage.document(kind)))
    with stage.ims._workspace.asking() as unit:
        assert record_fields(record, unit.scene(stage.buyer))["a_document"] == told


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
