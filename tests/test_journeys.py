"""The journeys: what a call of the face goes through is counted."""

from __future__ import annotations

import pytest

from benchmarks.journeys import JOURNEYS, walked


@pytest.mark.long
@pytest.mark.sqlite("stores in memory, one after another")
@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_is_counted(name, ims_scratch):
    _, second = walked(JOURNEYS[name], ims_scratch)
    assert any(room.startswith(("workflow/", "draw/")) for room in second.rooms)
    assert len(second.rooms) <= len(second.functions) <= second.calls
