"""What only several entries together show to be wrong, or the register of rules: one sentence each."""

from __future__ import annotations

import pytest

from ims_fsm.scenario.reading import read_scenario

SAVE = '2024-11-05T10:00:00; do = "save"; document = "INV"; form = "GSTR-1"; period = "2024-10"'
ACCEPT = '2024-11-05T10:00:00; do = "accept"; document = "INV"'
HANDLES = "use one of buyer, neighbour, seller"


@pytest.fixture
def told(story, cast):
    """Give the problems of the cast with an invoice and more."""

    def of(*parts: str) -> list[str]:
        return story.problems(cast + "".join([story.document("INV"), *parts]))

    return of


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (SAVE.replace("INV", "IVN"), "step[1] document: 'IVN' is not a document of this scenario; use one of INV"),
        (
            SAVE.replace('document = "INV"', 'documents = ["INV", "IVN"]'),
            "step[1] documents: 'IVN' is not a document of this scenario; use one of INV",
        ),
        (
            '2024-11-05T10:00:00; do = "file"; supplier = "sellr"; form = "GSTR-1"; period = "2024-10"',
            f"step[1] supplier: 'sellr' is not a taxpayer of this scenario; {HANDLES}",
        ),
        (
            '2024-11-05T10:00:00; do = "file_3b"; recipient = "byer"; period = "2024-10"',
            f"step[1] recipient: 'byer' is not a taxpayer of this scenario; {HANDLES}",
        ),
        (
            f'{ACCEPT}; refused = "frozen"; rule = "faq.35"',
            "step[1] rule: 'faq.35' is not in the register of rules; use an id of machines/rules.toml",
        ),
        (
            '2024-11-05T10:00:00; expect = { document = "IVN", versions = 1 }',
            "step[1] expect.document: 'IVN' is not a document of this scenario; use one of INV",
        ),
        (
            '2024-11-05T10:00:00; expect = { recipient = "byer", period = "2024-10", two_b = "draft" }',
            f"step[1] expect.recipient: 'byer' is not a taxpayer of this scenario; {HANDLES}",
        ),
        (
            '2024-11-05T10:00:00; expect = { supplier = "sellr", period = "2024-10", added_back = {} }',
            f"step[1] expect.supplier: 'sellr' is not a taxpayer of this scenario; {HANDLES}",
        ),
        (
            '2024-11-05T10:00:00; expect = { document = "INV", trigger = "accept", rule = "faq.99" }',
            "step[1] expect.rule: 'faq.99' is not in the register of rules; use an id of machines/rules.toml",
        ),
        (
            '2024-11-05T10:00:00; expect = { state = "frozen" }',
            "step[1] expect: has `state` without `document`; say with `document` of what it is expected",
        ),
        (
            '2024-11-05T10:00:00; expect = { recipient = "buyer", two_b = "draft" }',
            "step[1] expect: has `two_b` without `period`; say with `period` of what it is expected",
        ),
        (
            '2024-11-05T10:00:00; expect = { document = "INV" }',
            "step[1] expect: expects nothing; add what the document, or the period, should be",
        ),
        (
            '2024-11-05T10:00:00; expect = { document = "INV", allowed = true }',
            "step[1] expect: says what is allowed without `trigger`; add the trigger that is asked for",
        ),
        (
            '2024-11-05T10:00:00; expect = { document = "INV", versions = 1 }; refused = "frozen"',
            "step[1] expect: says what is allowed without `trigger`; add the trigger that is asked for",
        ),
        (
            '2024-11-05T10:00:00; expect = { document = "INV", trigger = "accept" }',
            "step[1] expect: has `trigger` without `allowed`; add allowed = true or allowed = false",
        ),
        (
            '2024-11-05T10:00:00; expect = { document = "INV", trigger = "edit", allowed = true, refused = "frozen" }',
            "step[1] expect: expects that it is allowed and that it is refused; keep one of both",
        ),
    ],
)
def test_a_fault_of_a_step(told, story, line, problem):
    assert told(story.steps(line)) == [problem]


def test_an_unknown_code_of_refusal_names_the_codes(told, story):
    [problem] = told(story.steps(f'{ACCEPT}; refused = "frosen"'))
    assert problem.startswith(
        "step[1] refused: 'frosen' is not a code of refusal; the codes are amendment_time_barred, "
    )


# Every code that the grammar names: scenarios written by others use them.
CODES = """not_an_ims_document not_in_ims ims_not_open taxpayer_not_eligible frozen removed pending_not_allowed
reject_not_allowed original_not_settled original_unknown stale_version supplier_record_filed amendment_time_barred
two_b_not_yet_open two_b_missing two_b_stale previous_3b_not_filed no_monthly_2b_for_quarterly three_b_filed
s16_4_expired itc_reduction_required itc_reduction_not_applicable itc_reduction_exceeds_document remarks_too_long
remarks_required duplicate_document"""


@pytest.mark.parametrize("code", CODES.split())
def test_every_code_of_the_grammar_is_known(story, code):
    [(_, expected, _)] = story.fails(story.document("INV"), story.steps(f'{SAVE}; refused = "{code}"'))
    assert expected == f"save of INV to be refused with {code}"


def test_a_rule_of_the_header_is_looked_up(story, cast):
    [problem] = story.problems(cast.replace("faq.16", "faq.61") + story.steps('2024-11-05T10:00:00; do = "sweep"'))
    assert problem == "rules: 'faq.61' is not in the register of rules; use an id of machines/rules.toml"


def test_a_rule_may_be_cited_by_what_is_above_it(story, cast):
    sweep = story.steps('2024-11-05T10:00:00; do = "sweep"')
    assert read_scenario(story.write(cast.replace("faq.16", "api.2026-04") + sweep)).rules == ("api.2026-04",)


def test_a_step_out_of_order_in_time(told, story):
    what = "2024-11-05T09:59:59 is before the step above it (2024-11-05T10:00:00)"
    problem = f"step[2] at: {what}; put the steps in the order of time"
    assert told(story.steps(SAVE, ACCEPT.replace("10:00:00", "09:59:59"))) == [problem]


def test_steps_at_the_same_moment_are_in_order(story):
    assert story.fails(story.document("INV"), story.steps(SAVE, ACCEPT)) == []


def test_names_and_gstins_stand_once(told, story):
    again = '\n[[taxpayer]]\nname = "buyer"\ngstin = "29AABCT1332L1ZA"\n'
    assert told(story.document("INV"), again, story.steps(SAVE)) == [
        "taxpayer[4] name: 'buyer' is there already; give each taxpayer its own",
        "taxpayer[4] gstin: '29AABCT1332L1ZA' is there already; give each taxpayer its own",
        "document[2] name: 'INV' is there already; give each document its own",
    ]


def test_a_quarterly_taxpayer_has_a_due_day(told, story):
    odd = '\n[[taxpayer]]\nname = "odd"\ngstin = "99AAACB1234C1Z5"\nfiling = '
    [problem] = told(f'{odd}"quarterly"\n', story.steps(SAVE))
    what = "files quarterly in state 99, for which the calendar has no due day of GSTR-3B (due.gstr3b)"
    assert problem == f"taxpayer[4] filing (odd): {what}; correct the GSTIN, or register it as monthly"


def test_a_document_names_taxpayers_and_an_original_that_are_there(told, story):
    wrong = story.document("UP", supplier='"sellr"', recipient='"byer"', amends='"IVN"')
    assert told(wrong, story.steps(SAVE)) == [
        f"document[2] supplier (UP): 'sellr' is not a taxpayer of this scenario; {HANDLES}",
        f"document[2] recipient (UP): 'byer' is not a taxpayer of this scenario; {HANDLES}",
        "document[2] amends (UP): 'IVN' is not a document of this scenario; use one of INV, UP",
    ]


def test_a_circle_of_amendments_is_told_once(told, story):
    circle = story.document("A", amends='"B"'), story.document("B", amends='"A"'), story.document("C", amends='"A"')
    what = "leads back to itself: A amends B amends A; let the chain begin with an original"
    assert told(*circle, story.steps(SAVE)) == [f"document[2] amends (A): {what}"]


def test_a_scenario_without_taxpayers_says_that_there_are_none(story):
    lines = story.steps('2024-11-05T10:00:00; do = "file_3b"; recipient = "buyer"; period = "2024-10"')
    none = "step[1] recipient: 'buyer' is not a taxpayer of this scenario; add it under [[taxpayer]]"
    assert story.problems(f'title = "A story"\n{lines}') == [none]


def test_an_entry_that_cannot_be_read_makes_no_further_problems(told, story):
    other = story.document("CN", kind='"note"')
    [problem] = told(other, story.steps(SAVE.replace("INV", "CN")))
    assert problem.startswith("document[2] kind (CN): ")
