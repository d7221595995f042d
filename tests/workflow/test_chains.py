"""Which documents are one chain: at a supplier's desk as in a download, whichever is reported first."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ims_fsm import OriginalReference, RefusedError, TaxPeriod
from ims_fsm.record.chain import linked

NUMBERS = st.sampled_from("ABCD")
# A number, that of what it amends, the day of that, a return.
REPORTS = st.tuples(
    NUMBERS,
    st.none() | NUMBERS,
    st.sampled_from([5, 5, 5, 6]),
    st.sampled_from([("GSTR-1", "2024-10"), ("GSTR-1A", "2024-10"), ("GSTR-1", "2024-11"), ("GSTR-1", "2024-12")]),
)


def document(stage, number, amends, day):
    return stage.document(number=number, amends=amends and OriginalReference(amends, date(2024, 10, day)))


def chains(stage):
    """Return what is in each chain, oldest first; each stands as its versions say."""
    members = defaultdict(list)
    for record in stage.desk.records():
        members[record.chain_id].append(record)
    pairs = [linked(chain) for chain in members.values()]
    assert [now for chain in pairs for _, now in chain] == [was for chain in pairs for was, _ in chain]
    return sorted([(r.document.number, str(r.document.amends), r.form, r.return_period) for r, _ in c] for c in pairs)


@pytest.mark.slow
def test_a_desk_links_as_a_download_does(fresh):
    """Whatever numbers documents have and name, in whatever order of their returns they come."""

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(reports=st.lists(REPORTS, min_size=2, max_size=5))
    def check(reports):
        desk, saved = fresh(), []
        for number, amends, day, (form, period) in reports:
            reported = document(desk, number, amends, day)
            try:
                desk.saved(reported, period, form)
            except RefusedError:
                continue
            saved.append(desk.seen(reported, form=form, return_period=TaxPeriod(period)))
        at_the_desk = chains(desk)
        download = fresh()
        for count in range(1, len(saved) + 1):
            download.receive(*saved[:count])
        assert chains(download) == at_the_desk

    check()


def test_an_amendment_with_the_number_of_another_belongs_to_its_chain(stage):
    """Whatever it names, and also where the other was deleted."""
    original = stage.filed(document(stage, "S/0", None, 5))
    another = stage.saved(document(stage, "S/1", "S/0", 5), "2024-11")
    assert stage.record(stage.saved(document(stage, "S/1", "S/9", 5), "2024-12")).chain_id == original
    stage.shop.delete(another)
    assert stage.record(stage.saved(document(stage, "S/2", "S/1", 5), "2025-01")).chain_id == original


def test_what_is_amended_and_is_not_here_is_known_by_its_number_and_date(stage):
    first = stage.saved(document(stage, "S/1", "S/0", 5))
    assert stage.record(stage.saved(document(stage, "S/2", "s/0", 5))).chain_id == first
    other_day = stage.saved(document(stage, "S/3", "S/0", 6))
    assert stage.record(other_day).chain_id == other_day
    assert not stage.faults()
