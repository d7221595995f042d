"""What any law ought to keep: proved of the example, and broken by a mutation each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.law.loading import load_own
from ims_fsm.law.modelcheck import check

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "purchase_approval.toml"


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., set[str]]:
    """Return a function that gives the properties that fail when words of the example are replaced."""

    def fail(*replaced: tuple[str, str]) -> set[str]:
        text = EXAMPLE.read_text("utf-8")
        for words, others in replaced:
            assert words in text
            text = text.replace(words, others)
        own = tmp_path / EXAMPLE.name
        own.write_text(text, "utf-8")
        return {found.name for found in check(load_own(own)).properties if not found.holds}

    return fail


def test_the_example_keeps_them(broken) -> None:
    assert broken() == set()


def test_a_state_behind_a_guard_that_refuses_always_is_never_reached(broken) -> None:
    always = ('refuse_when = { sum = ["small", "large"] }', "refuse_when = {}")
    assert broken(always) >= {"every_state_is_reached", "every_transition_fires"}


def test_a_state_that_a_guard_never_lets_go_never_ends(broken) -> None:
    assert broken(('refuse_when = { budget = "spent" }', "refuse_when = {}")) >= {"every_state_ends"}


def test_a_guard_that_another_covers_is_dead(broken) -> None:
    covered = ('refuse_when = { requester = "manager" }', 'refuse_when = { requester = "manager", sum = "beyond" }')
    assert broken(covered) >= {"every_guard_refuses"}


def test_a_terminal_state_that_is_left_is_refused_before_anything_is_proved(broken) -> None:
    with pytest.raises(DeclarationError, match="state paid: is terminal but is left under HANDBOOK-2024"):
        broken(('source = ["approved"]', 'source = ["approved", "paid"]'))
