"""What comes with a call of the face, looked at before its use case begins (`terms.border`).

Imports the terms and the record's values; each function returns what is meant, and raises `InputError`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from ims_fsm.errors import InputError, Problem
from ims_fsm.record.scene import ReduceItc, Request
from ims_fsm.terms.border import Border, checked_id
from ims_fsm.terms.document import Document
from ims_fsm.terms.money import Heads
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Trigger

ACTIONS = (Trigger.ACCEPT, Trigger.REJECT, Trigger.KEEP_PENDING, Trigger.RESET)
T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


def checked_party(gstin: object) -> str:
    """Return a GSTIN in capitals."""
    return _looked("taxpayer", lambda border: border.gstin("gstin", gstin))


def checked_period(period: object) -> TaxPeriod:
    """Return a tax period, which text like "2024-10" names too."""
    return _looked("tax period", lambda border: border.period("period", period))


def checked_word(words: type[Word], word: object, where: str) -> Word:
    """Return a word of the field, which its text names too."""
    return _looked(where, lambda border: border.word(where, word, words))


def checked_document(document: object) -> Document:
    """Return a document with every field as it is kept."""
    if not isinstance(document, Document):
        raise InputError("document", [Problem(repr(document), "is not a document", "give a Document")])
    return document.checked()


def checked_action(trigger: object) -> Trigger:
    """Return a recipient's action by its word."""
    if trigger not in ACTIONS:
        words = ", ".join(ACTIONS)
        raise InputError(
            "action", [Problem(str(trigger), "is not an action of a recipient", f"the actions are {words}")]
        )
    return Trigger(str(trigger))


def checked_request(remarks: object, reduce_itc: ReduceItc | None, version: object = None) -> Request:
    """Return what comes with an action, its types and sizes looked at; what the rules say of it is decided later."""
    if isinstance(reduce_itc, Heads):
        # A reduction below zero is refused by its rule.
        _looked("reduction of ITC", lambda border: border.heads("reduce_itc", reduce_itc, signed=True))
    return Request(
        remarks=_looked("remarks", lambda border: border.remarks(remarks)),
        reduce_itc=reduce_itc,
        version=None if version is None else checked_id(version),
    )


def _looked(subject: str, look: Callable[[Border], T]) -> T:
    border = Border(subject)
    value = look(border)
    border.close()
    return value
