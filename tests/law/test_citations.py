"""Citations: who cites which rule, wherever in a table it stands."""

from __future__ import annotations

import pytest

from ims_fsm.law.register import carried, citations


def test_every_citation_is_found_with_the_files_that_give_it() -> None:
    tables = {
        "calendar.toml": {"window": {"monthly": {"rule": "window.2b", "first_day": 12}}},
        "slip.toml": {
            "guard": [{"rule": "act.1", "see": ["act.2", "act.1"]}],
            "transition": [{"rules": ["act.2", "window.2b"]}],
            "says": "a rule in words is no citation",
        },
    }
    assert citations(tables) == {
        "act.1": ("slip.toml",),
        "act.2": ("slip.toml",),
        "window.2b": ("calendar.toml", "slip.toml"),
    }


def test_what_is_no_text_is_no_citation() -> None:
    assert citations({"slip.toml": {"rule": 3, "rules": [4], "see": {"rule": "act.1"}}}) == {"act.1": ("slip.toml",)}


@pytest.mark.parametrize(("rule", "by", "expected"), [("a", "a", True), ("a", "a.1", True), ("a", "ab", False)])
def test_a_rule_is_carried_by_itself_and_what_lies_below_it(rule: str, by: str, expected: bool) -> None:
    assert carried(rule, {by: None}) is expected
