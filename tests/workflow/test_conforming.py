"""Logs of other systems held against the law: cases whose deviations are known, and words that mean nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm import LogMap, TaxPeriod, conform
from ims_fsm.errors import InputError
from ims_fsm.record import conformance

LEAVE = Path(__file__).parent / "cases" / "leave_request.toml"
REMEDY = "write what it is under [activities] of a map, or that it moves nothing under [ignored]"
HEAD = "case,activity,time,user,period"


DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.skipif(not DOCS.exists(), reason="the documentation lies in the checkout")
def test_the_example_is_the_one_that_the_page_shows():
    page = (DOCS / "conform.md").read_text("utf-8")
    for name in ("log.csv", "map.toml"):
        assert (DOCS / "examples" / "erp_log" / name).read_text("utf-8") in page


@pytest.fixture
def held(tmp_path):
    """Hold lines of a log against a machine; return what comes of it, and its deviations in order."""

    def hold(*lines, machine=None, head=HEAD, **words):
        (tmp_path / "log.csv").write_text("\n".join([head, *lines]) + "\n", "utf-8")
        deviations = []
        laws = words.pop("machines", ())
        by = LogMap(**words)
        return conform(tmp_path / "log.csv", machine, by=by, machines=laws, note=deviations.append), deviations

    return hold


def case(name, *activities, period="2024-10", user="asha"):
    return [f"{name},{what},2024-11-01T00:{day:02},{user},{period}" for day, what in enumerate(activities, 1)]


def outcomes(result):
    return result.cases, result.conforming, result.left, result.undecided


def test_a_refused_event_is_noted_and_skipped_and_the_case_goes_on(held):
    result, deviations = held(*case("CN/1", "keep_pending", "accept", "freeze", "reject"), machine="credit_note")
    assert [(d.event, d.line, d.state, d.trigger, d.code, d.rule, d.is_first) for d in deviations] == [
        (1, 2, "no_action", "keep_pending", "pending_not_allowed", "faq.11.a", True),
        (4, 5, "frozen", "reject", "frozen", "faq.12", False),
    ]
    assert outcomes(result) == (1, 0, 1, 0)
    assert (result.events, result.taken, result.refused, result.mean_fitness) == (4, 2, 2, 0.5)
    assert deviations[0].says == "Case CN/1 is an original credit note, and pending is not available for it"


@pytest.mark.skipif(not DOCS.exists(), reason="the example lies in the checkout")
def test_of_more_people_than_are_kept_it_is_not_known_what_they_fired(held, monkeypatch):
    lines = ["1,pass_on,2026-01-01,asha,2026-01", "1,offer_after_two,2026-01-02,ravi,2026-01"]
    words = {"machines": [DOCS / "examples" / "loan_application"], "assume": {"amount": "large", "score": "fair"}}
    waits = []
    for most in (1, 0):
        monkeypatch.setattr(conformance, "ACTORS", most)
        _, deviations = held(*lines, machine="loan_application", **words)
        waits.append({fact for of in deviations for fact in of.facts})
    assert waits[1] - waits[0] == {"reviewed_by_me"}


def test_the_period_of_the_case_chooses_the_edition(held):
    lines = [*case("old", "keep_pending", "accept"), *case("new", "keep_pending", "accept", period="2025-10")]
    result, deviations = held(*lines, machine="credit_note")
    assert [d.case for d in deviations] == ["old"]
    assert {law.edition.rule_set.id: law.cases for law in result.laws} == {"IMS-2024-10": 1, "IMS-2025-10": 1}
    result, deviations = held(*lines, machine="credit_note", period=TaxPeriod("2025-11"))
    assert not deviations
    result, _ = held("1,accept,2025-11-14T10:00,asha,", machine="credit_note")
    assert dict(result.periods) == {"the month of the first event": 1}
    assert result.laws[0].edition.rule_set.id == "IMS-2025-10"


def test_a_case_is_undecided_where_the_log_lacks_a_fact_and_only_there(held):
    lines = case("A/1", "keep_pending")
    result, deviations = held(*lines, machine="invoice_amendment")
    assert outcomes(result) == (1, 0, 0, 1)
    assert [(d.facts, d.is_refused, d.code) for d in deviations] == [(("direction", "original"), False, "undecided")]
    upward = {"direction": "upward", "original": "accepted"}
    result, _ = held(*lines, machine="invoice_amendment", assume=upward)
    assert outcomes(result) == (1, 1, 0, 0)
    result, deviations = held(*lines, machine="invoice_amendment", assume={**upward, "direction": "downward"})
    assert [d.rule for d in deviations] == ["faq.11.d"]
    result, _ = held(*lines, machine="invoice_amendment", lenient=True)
    assert outcomes(result) == (1, 1, 0, 0)


def test_what_is_undecided_is_taken_as_the_log_says_and_what_is_refused_later_stands(held):
    result, deviations = held(*case("A/1", "freeze", "accept"), machine="invoice_amendment")
    assert [(d.is_refused, d.state) for d in deviations] == [(False, "no_action"), (True, "frozen")]
    assert outcomes(result) == (1, 0, 1, 0)
    assert (result.taken, result.refused, result.undecided_events) == (0, 1, 1)


def test_facts_are_read_from_columns_in_their_words_and_stay_where_they_are_said_to(held, tmp_path):
    (tmp_path / "map.toml").write_text(
        '[facts.direction]\ncolumns = ["change"]\nvalues = { "made less" = "downward" }\nstays = true\n'
        '[facts.original]\ncolumns = "before"\nstays = true\n[activities]\n"put off" = "keep_pending"\n'
        '[machines]\n"amended bill" = "invoice_amendment"\n[columns]\nmachine = "paper"\n',
        "utf-8",
    )
    head = f"{HEAD},paper,change,before"
    lines = ["1,accept,2024-11-01,,2024-10,Amended Bill,made less,Accepted", "1,Put-off,2024-11-02,,2024-10,,,"]
    _, deviations = held(*lines, head=head, file=tmp_path / "map.toml")
    assert [(d.machine, d.event, d.rule) for d in deviations] == [("invoice_amendment", 2, "faq.11.d")]


def test_words_that_mean_nothing_are_named_all_at_once_with_how_often(held):
    lines = [*case("1", "acept", "accept"), *case("2", "acept", "wave"), *case("3", "accept", period="winter")]
    with pytest.raises(InputError) as refused:
        held(*lines, machine="invoice")
    assert [str(problem) for problem in refused.value.problems] == [
        f"'acept': is not an activity of invoice, 2 times; {REMEDY}",
        f"'wave': is not an activity of invoice, 1 time; {REMEDY}",
        "'winter': is not a tax period, 1 time; write it like \"2024-10\"",
    ]
    with pytest.raises(InputError, match="'sideways': is not a value of direction in invoice_amendment, 1 time"):
        held("1,accept,2024-11-01,,,sideways", head=f"{HEAD},direction", machine="invoice_amendment")
    with pytest.raises(InputError, match="says no machine of a case, 1 time; name it with --machine"):
        held(*case("1", "accept"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"assume": {"direktion": "upward"}}, "direktion: is not a fact of the machine; did you mean direction?"),
        ({"assume": {"direction": "up"}}, "direction: cannot be 'up'; "),
        ({"facts": {"x": "direxion"}}, "direxion: is not a fact of the machine; did you mean direction?"),
        ({"ends": ("frosen",)}, "frosen: is not a state of invoice; did you mean frozen?"),
    ],
)
def test_what_is_asked_for_and_is_not_there_is_told(held, words, says):
    with pytest.raises(InputError) as refused:
        held(*case("1", "accept"), machine="invoice", **words)
    assert says in str(refused.value)


def test_the_end_of_a_case_is_held_against_the_ends_that_are_allowed(held):
    lines = [*case("1", "accept", "freeze"), *case("2", "accept")]
    result, deviations = held(*lines, machine="invoice", ends=("frozen", "removed"))
    assert outcomes(result) == (2, 1, 1, 0)
    assert [(d.case, d.code, d.is_first, d.says) for d in deviations] == [
        ("2", "not_ended", True, "Case 2 ends in accepted, and a case is to end in frozen or removed")
    ]


def test_events_out_of_order_are_sorted_and_counted(held):
    result, deviations = held(
        "1,freeze,2024-11-02,,", "1,accept,2024-11-01,,", "1,reset,2024-11-01,,", machine="invoice"
    )
    assert (result.out_of_order, deviations) == (1, [])


def test_a_case_begins_where_its_log_says(held):
    lines = ["1,lapse,2025-12-15,,2025-10,pending", "2,lapse,2025-12-15,,2025-10,"]
    result, deviations = held(*lines, head=f"{HEAD},start", machine="credit_note")
    assert outcomes(result) == (2, 1, 1, 0)
    assert [(d.case, d.code) for d in deviations] == [("2", "no_transition")]
    result, _ = held(*case("1", "save", "accept"), machine="invoice")
    assert result.laws[0].taken["[*]", "save", "no_action"] == 1


def test_a_law_of_ones_own_is_held_to_its_own_facts_and_to_who_did_what(held):
    lines = ["LR-1,request,2024-11-01,asha,", "LR-1,approve,2024-11-02,meera,", "LR-2,approve,2024-11-02,meera,"]
    result, deviations = held(*lines, machine="leave_request", machines=[LEAVE])
    assert result.laws[0].undecided["[*]", "request"] == 1
    assert {fact for d in deviations for fact in d.facts} == {"balance"}
    in_2025 = [line.replace("2024", "2025") for line in lines]
    _, deviations = held(*in_2025, machine="leave_request", machines=[LEAVE])
    assert {fact for d in deviations for fact in d.facts} == {"days", "balance", "cover"}
    result, _ = held("LR-1,open,2024-11-01,asha,", machine="leave_request", machines=[LEAVE])
    assert result.laws[0].taken == {("[*]", "request", "requested"): 1}
    result, _ = held(*lines, machine="leave_request", machines=[LEAVE], lenient=True)
    assert outcomes(result) == (2, 2, 0, 0)


def test_the_ways_of_cases_are_counted(held):
    lines = [*case("1", "accept"), *case("2", "accept"), *case("3", *["reject", "accept"] * 25)]
    result, _ = held(*lines, machine="invoice")
    assert [(way.activities[:2], len(way.activities), way.more, way.cases) for way in result.ways] == [
        (("accept",), 1, 0, 2),
        (("reject", "accept"), 40, 10, 1),
    ]
