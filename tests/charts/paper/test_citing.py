"""How several citations read."""

from __future__ import annotations

import pytest

from ims_fsm.charts.paper.citing import cited
from ims_fsm.law.loading import shipped_law


@pytest.mark.parametrize("rule", list(shipped_law().rules))
def test_no_citation_is_an_id(rule):
    assert cited([rule]) not in {"", rule}
    assert "_" not in cited([rule])


def test_a_text_is_named_once():
    assert cited(["refurnish.3", "faq.19.2", "refurnish.4"]) == "FAQ 19.2; FAQs of June 2025"
