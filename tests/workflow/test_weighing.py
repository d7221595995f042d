"""What an action on many records would do is what it then does."""

from __future__ import annotations

import pytest

from ims_fsm import Heads, Where
from ims_fsm.terms.vocabulary import Kind
from ims_fsm.testing import Stage


@pytest.mark.parametrize("action", ["accept", "reject", "keep_pending", "reset"])
def test_what_is_weighed_is_what_is_done(stage: Stage, action: str) -> None:
    kinds = ("invoice", "debit_note", "credit_note", "credit_note")
    ids = [stage.filed(stage.document(kind, igst=number)) for number, kind in enumerate(kinds, start=7)]
    ids.append(stage.saved())
    weighed, desk = stage.desk.weigh(action), stage.desk
    allowed = [desk.record(number) for number in ids if desk.may(action, number)]
    assert {desk.record(number).state for number in ids} == {"no_action"}, "nothing is done"
    assert (weighed.allowed, weighed.refused_records) == (len(allowed), len(ids) - len(allowed))
    assert weighed.total.tax == sum((record.document.credit for record in allowed), Heads())
    assert weighed.total.taxable == sum(record.document.taxable * record.document.kind.sign for record in allowed)
    report = desk.act_on(action)
    assert (report.applied, report.refused, report.saved) == (weighed.allowed, weighed.refused, weighed.saved)


def test_a_filter_narrows_what_is_weighed(stage: Stage) -> None:
    stage.filed()
    stage.filed(stage.document("credit_note", igst=500))
    weighed = stage.desk.weigh("reject", where=Where(kinds=(Kind.CREDIT_NOTE,)))
    assert {kind: (of.records, of.tax) for kind, of in weighed.totals.items()} == {
        Kind.CREDIT_NOTE: (1, Heads(igst=-500))
    }
