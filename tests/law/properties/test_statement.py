"""Each property of GSTR-2B fails when the declaration that carries it is spoilt."""

from __future__ import annotations

import pytest

from ims_fsm.law.properties.statement import CLAIMS


@pytest.mark.parametrize("claim", [claim.name for claim in CLAIMS])
def test_the_shipped_machine_keeps_it(counterexamples, claim):
    assert counterexamples(claim, "gstr2b") == []


@pytest.mark.parametrize(
    ("claim", "trigger", "fields", "guard", "counterexample"),
    [
        (
            "gstr2b_final_for_good",
            "generate",
            {"source": ("absent", "draft", "stale", "final")},
            "not_generated_after_3b",
            "generate in final is allowed after the end, with every fact at its default",
        ),
        (
            "gstr2b_final_on_a_draft",
            "file_3b",
            {"source": ("draft", "absent")},
            "drafted_before_3b",
            "file_3b in absent is allowed without a draft, with every fact at its default",
        ),
        (
            "gstr2b_never_filed_on_stale",
            "file_3b",
            {"source": ("draft", "stale")},
            "recomputed_before_3b",
            "file_3b in stale is allowed although it was not recomputed, with every fact at its default",
        ),
    ],
)
def test_a_way_that_is_opened_is_found(
    *, law, with_transition, without_guard, counterexamples, claim, trigger, fields, guard, counterexample
):
    opened = with_transition(law.machine("gstr2b"), trigger, **fields)
    assert counterexamples(claim, opened) == [], "the guard alone still bars it"
    assert counterexamples(claim, without_guard(opened, guard))[0] == f"gstr2b under IMS-2024-10: {counterexample}"


def test_another_way_to_final_is_found(law, with_transition, counterexamples):
    spoilt = with_transition(law.machine("gstr2b"), "change", dest="final")
    assert counterexamples("gstr2b_final_on_a_draft", spoilt)[0] == (
        "gstr2b under IMS-2024-10: change in draft is allowed and makes it final without GSTR-3B, "
        "with every fact at its default"
    )
    assert counterexamples("gstr2b_changes_make_it_stale", spoilt)[0] == (
        "gstr2b under IMS-2024-10: change in draft does not make it stale"
    )


def test_a_change_that_is_not_noticed_is_found(law, with_transition, counterexamples):
    spoilt = with_transition(law.machine("gstr2b"), "change", source=("stale",))
    assert counterexamples("gstr2b_changes_make_it_stale", spoilt)[0] == (
        "gstr2b under IMS-2024-10: change in draft is refused although it was generated, with every fact at its default"
    )


@pytest.mark.parametrize(
    ("guard", "fact"),
    [
        ("day_has_come", "two_b_day=not_yet"),
        ("previous_3b_filed", "previous_3b=not_filed"),
        ("quarter_as_a_whole", "period=inside_quarter"),
        ("taxpayer_has_ims", "taxpayer=not_eligible"),
    ],
)
def test_a_draft_out_of_time_is_found(law, without_guard, counterexamples, guard, fact):
    found = counterexamples("gstr2b_generated_in_time", without_guard(law.machine("gstr2b"), guard))
    assert found[0] == (
        f"gstr2b under IMS-2024-10: generate in absent is allowed although it is not yet its time, with {fact}"
    )


def test_a_draft_that_is_made_up_for_later_is_found(law, without_guard, counterexamples):
    spoilt = without_guard(law.machine("gstr2b"), "drafted_on_its_day")
    assert counterexamples("gstr2b_not_drafted_late", spoilt)[0] == (
        "gstr2b under IMS-2024-10: generate in absent is allowed although it was missing on its day, "
        "with previous_3b=filed_late, generated_by=clock"
    )


def test_a_draft_that_cannot_be_recomputed_is_found(law, with_transition, counterexamples):
    spoilt = with_transition(law.machine("gstr2b"), "generate", source=("absent", "stale"))
    assert counterexamples("gstr2b_generated_in_time", spoilt)[0] == (
        "gstr2b under IMS-2024-10: generate in draft is refused although its time has come, "
        "with every fact at its default"
    )


@pytest.mark.parametrize(
    ("guard", "fact"),
    [("filed_in_order", "previous_3b=not_filed"), ("quarter_as_a_whole", "period=inside_quarter")],
)
def test_a_return_out_of_order_is_found(law, without_guard, counterexamples, guard, fact):
    found = counterexamples("gstr2b_filed_in_order", without_guard(law.machine("gstr2b"), guard))
    assert found[0] == f"gstr2b under IMS-2024-10: file_3b in draft is allowed out of order, with {fact}"
