"""The form of a proof: what was checked, and the plainest counterexample as a sentence."""

from __future__ import annotations

import pytest

from ims_fsm.law.loading import read_law
from ims_fsm.law.properties.claim import Property, always, never
from ims_fsm.law.space import EditionSpace


@pytest.fixture
def space(texts: dict[str, str]) -> EditionSpace:
    return EditionSpace(read_law(texts).machine("slip").edition)


def test_a_property_holds_when_something_was_checked_and_nothing_failed():
    assert Property("a", "A holds", (), "situations", 3, ()).holds
    assert not Property("a", "A holds", (), "situations", 3, ("a failed",)).holds


def test_a_property_that_checked_nothing_does_not_hold():
    assert not Property("a", "A holds", (), "situations", 0, ()).holds


def test_never_finds_what_is_allowed(space):
    absent, everything = space.space.mask("stamp", "absent"), space.space.everything
    assert never(space, "open", "settle", absent, "without a stamp").counterexample is None
    found = never(space, "open", "settle", everything, "at all")
    assert (found.checked, found.counterexample) == (
        2,
        "slip under SECOND: settle in open is allowed at all, with every fact at its default",
    )


def test_always_finds_what_is_refused(space):
    present, everything = space.space.mask("stamp", "present"), space.space.everything
    assert always(space, "open", "settle", present, "with a stamp").counterexample is None
    found = always(space, "open", "settle", everything, "at all")
    assert (found.checked, found.counterexample) == (
        2,
        "slip under SECOND: settle in open is refused at all, with stamp=absent",
    )
