"""What refuses a row that does not mean one record of its recipient."""

from __future__ import annotations

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.law.loading import read_law, texts_in
from ims_fsm.law.rows import row_refusals
from ims_fsm.resources import machines_folder


def test_each_refusal_cites_a_rule_and_names_only_what_it_is_given(law):
    given = {
        "named": "S/1",
        "recipient": "R",
        "other": "O",
        "count": "2",
        "ids": "1, 2",
        "at": "noon",
        "last_at": "one",
    }
    for code, refusal in row_refusals().items():
        assert (code, refusal.rule in law.rules) == (refusal.code, True)
        assert "{" not in refusal.sentence(given) + refusal.advice(given)


def test_a_rule_that_is_not_there_is_told():
    texts = texts_in(machines_folder())
    texts["rows.toml"] = texts["rows.toml"].replace("rule.46_b", "rule.46_z")
    with pytest.raises(DeclarationError, match=r"rule\.46_z"):
        read_law(texts)
