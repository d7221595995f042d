"""The verbs: each does what a person would do, and its twin that expects otherwise fails with the right sentence."""

from __future__ import annotations

import pytest

SAVE = '2024-11-05T10:00:00; do = "save"; document = "INV"; form = "GSTR-1"; period = "2024-10"'
FILE = '2024-11-06T10:00:00; do = "file"; supplier = "seller"; form = "GSTR-1"; period = "2024-10"'
DRAFT = '2024-11-14T10:00:00; do = "generate_2b"; recipient = "buyer"; period = "2024-10"'
DECIDE = '2024-11-15T10:00:00; do = "file_3b"; recipient = "buyer"; period = "2024-10"'
LATER = "2024-11-16T10:00:00"


def expect(what: str, at: str = LATER) -> str:
    return f"{at}; expect = {{ {what} }}"


@pytest.mark.parametrize(
    ("lines", "wrong", "expected", "happened"),
    [
        ([SAVE], 'document = "INV", transitions = 1', "transitions of INV to be 1", "found 0"),
        (
            [SAVE, '2024-11-05T11:00:00; do = "edit"; document = "INV"; changes = { igst = "90.00" }'],
            'document = "INV", versions = 1',
            "versions of INV to be 1",
            "found 2",
        ),
        (
            [SAVE, '2024-11-05T11:00:00; do = "delete"; document = "INV"'],
            'document = "INV", removed_for = "sec_16_4"',
            "removed_for of INV to be sec_16_4",
            "found supplier_deleted",
        ),
        (
            [SAVE, FILE],
            'document = "INV", two_b_period = "2024-11"',
            "two_b_period of INV to be 2024-11",
            "found 2024-10",
        ),
        *(
            (
                [SAVE, f'2024-11-05T11:00:00; do = "{verb}"; document = "INV"'],
                f'document = "INV", state = "{other}"',
                f"state of INV to be {other}",
                f"found {state}",
            )
            for verb, state, other in [
                ("accept", "accepted", "rejected"),
                ("reject", "rejected", "accepted"),
                ("keep_pending", "pending", "no_action"),
                ("reset", "no_action", "pending"),
            ]
        ),
        (
            [SAVE, FILE, DRAFT],
            'recipient = "buyer", period = "2024-10", two_b = "stale"',
            "two_b of buyer for 2024-10 to be stale",
            "found draft",
        ),
        (
            [SAVE, FILE, DRAFT, DECIDE],
            'document = "INV", disposition = "accepted"',
            "disposition of INV to be accepted",
            "found deemed_accepted",
        ),
        (
            [SAVE, FILE, '2024-11-14T06:00:00; do = "sweep"'],
            'recipient = "buyer", period = "2024-10", two_b = "absent"',
            "two_b of buyer for 2024-10 to be absent",
            "found draft",
        ),
    ],
)
def test_a_verb_does_its_work(story, lines, wrong, expected, happened):
    right = wrong.replace(expected.rpartition(" ")[2], happened.removeprefix("found "))
    assert story.fails(story.document("INV"), story.steps(*lines, expect(right))) == []
    failure = (len(lines) + 1, expected, happened)
    assert story.fails(story.document("INV"), story.steps(*lines, expect(wrong))) == [failure]


def test_the_annual_return_ends_a_time_limit_early(story):
    old = story.document("INV", date="2024-03-05")
    told = [SAVE, '2024-11-06T09:00:00; do = "file_annual_return"; recipient = "buyer"; fy = "2023-24"', FILE]
    acted = '2024-11-07T10:00:00; do = "accept"; document = "INV"'
    assert story.fails(old, story.steps(*told, f'{acted}; refused = "not_in_ims"; rule = "faq.4"')) == []
    [(number, expected, happened)] = story.fails(old, story.steps(*told, acted))
    assert (number, expected) == (4, "accept of INV to be allowed")
    assert happened.startswith("it was refused with s16_4_expired (faq.31, ")


@pytest.mark.parametrize(
    "line",
    [
        '2024-11-07T10:00:00; do = "edit"; document = "INV"; changes = { igst = "1.00" }',
        '2024-11-07T10:00:00; do = "delete"; document = "INV"',
        '2024-11-07T10:00:00; do = "save"; document = "INV"; form = "GSTR-1"; period = "2024-10"',
    ],
)
def test_the_supplier_is_refused_once_he_has_filed(story, line):
    code = "duplicate_document" if "save" in line else "supplier_record_filed"
    told = story.document("INV"), story.steps(SAVE, FILE, f'{line}; refused = "{code}"')
    assert story.fails(*told) == []
    [(_, expected, _)] = story.fails(story.document("INV"), story.steps(SAVE, FILE, f'{line}; refused = "frozen"'))
    assert expected.endswith("of INV to be refused with frozen")


def test_saving_the_same_again_changes_nothing(story):
    acted = '2024-11-05T10:01:00; do = "accept"; document = "INV"'
    again = SAVE.replace("T10:00:00", "T10:02:00")
    told = expect('document = "INV", state = "accepted", versions = 1, transitions = 1')
    assert story.fails(story.document("INV"), story.steps(SAVE, acted, again, told)) == []


def test_saving_again_what_was_edited_keeps_the_edit(story):
    edited = '2024-11-05T10:01:00; do = "edit"; document = "INV"; changes = { igst = "90.00", number = "S/9" }'
    again = SAVE.replace("T10:00:00", "T10:02:00")
    assert (
        story.fails(story.document("INV"), story.steps(SAVE, edited, again, expect('document = "INV", versions = 2')))
        == []
    )


def test_saving_again_what_was_deleted_makes_a_new_record(story):
    gone = '2024-11-05T10:01:00; do = "delete"; document = "INV"'
    again = SAVE.replace("T10:00:00", "T10:02:00")
    told = expect('document = "INV", state = "no_action", versions = 1')
    assert story.fails(story.document("INV"), story.steps(SAVE, gone, again, told)) == []


def test_the_same_document_in_another_period_is_a_duplicate(story):
    other = SAVE.replace("T10:00:00", "T10:01:00").replace("2024-10", "2024-11")
    assert story.fails(story.document("INV"), story.steps(SAVE, f'{other}; refused = "duplicate_document"')) == []


def test_an_edit_changes_every_field_that_it_names(story):
    changes = '{ taxable = "500.00", igst = "0.00", cgst = "45.00", sgst = "45.00", cess = "1.00", number = "S/2", '
    changes += 'date = 2024-10-06, pos = "27", reverse_charge = true, ineligible = "pos" }'
    edited = f'2024-11-05T10:01:00; do = "edit"; document = "INV"; changes = {changes}'
    assert (
        story.fails(story.document("INV"), story.steps(SAVE, edited, expect('document = "INV", in_ims = false'))) == []
    )


def test_an_edit_can_take_a_reason_back(story):
    edited = '2024-11-05T10:01:00; do = "edit"; document = "INV"; changes = { ineligible = "none" }'
    told = story.steps(SAVE, edited, expect('document = "INV", in_ims = true, versions = 2'))
    assert story.fails(story.document("INV", ineligible='"pos"'), told) == []


def test_an_amendment_names_what_an_edit_made_of_its_original(story):
    amendment = story.document("UP", amends='"INV"', igst='"200.00"')
    edited = '2024-11-05T10:01:00; do = "edit"; document = "INV"; changes = { number = "S/9" }'
    amended = SAVE.replace("INV", "UP").replace("11-05", "11-07").replace("2024-10", "2024-11")
    told = story.steps(SAVE, edited, FILE, amended, expect('document = "UP", direction = "upward"'))
    assert story.fails(story.document("INV"), amendment, told) == []


def test_an_amendment_of_what_was_never_saved_has_an_unknown_original(story):
    amendment = story.document("UP", amends='"INV"', igst='"200.00"')
    acted = '2024-11-05T11:00:00; do = "accept"; document = "UP"; refused = "original_unknown"; rule = "faq.13"'
    assert story.fails(story.document("INV"), amendment, story.steps(SAVE.replace("INV", "UP"), acted)) == []


@pytest.mark.parametrize(("disposition", "direction"), [("accepted", "upward"), ("rejected", "unchanged")])
def test_an_unknown_original_is_stated(story, disposition, direction):
    amendment = story.document("UP", amends='"INV"', igst='"200.00"')
    said = f'document = "UP"; disposition = "{disposition}"; original = "INV"'
    stated = f'2024-11-05T10:30:00; do = "state_original"; {said}'
    accepted = '2024-11-05T11:00:00; do = "accept"; document = "UP"'
    moved = expect(f'document = "UP", state = "accepted", direction = "{direction}"')
    steps = story.steps(SAVE.replace("INV", "UP"), stated, accepted, moved)
    assert story.fails(story.document("INV"), amendment, steps) == []


BOTH = '2024-11-05T10:00:00; do = "save"; documents = ["INV", "CN"]; form = "GSTR-1"; period = "2024-10"'
KEPT = '2024-11-05T11:00:00; do = "keep_pending"; documents = ["INV", "CN"]'


REFUSED = (
    "refused with pending_not_allowed (faq.11.a): Credit note S/CN of 29AABCT1332L1ZA is an original credit note, and "
    "pending is not available for it"
)


def test_a_bulk_action_applies_what_is_allowed_and_reports_the_rest(story):
    states = expect('document = "INV", state = "pending"'), expect('document = "CN", state = "no_action"')
    outcome = story.run(
        story.document("INV"), story.document("CN", kind='"credit_note"'), story.steps(BOTH, KEPT, *states)
    )
    assert outcome.held
    assert [(note.number, note.sentence) for note in outcome.notes] == [(2, f"keep_pending of CN was {REFUSED}")]


def test_a_bulk_action_that_is_allowed_on_no_document_fails(story):
    notes = story.document("INV", kind='"credit_note"'), story.document("CN", kind='"credit_note"')
    failures = [(number, expected) for number, expected, _ in story.fails(*notes, story.steps(BOTH, KEPT))]
    assert failures == [(2, f"keep_pending of {name} to be allowed") for name in ("INV", "CN")]


def test_an_action_on_one_document_must_be_allowed(story):
    told = story.document("INV"), story.document("CN", kind='"credit_note"')
    alone = KEPT.replace('"INV", ', "")
    failure = (2, "keep_pending of CN to be allowed", f"it was {REFUSED}")
    assert story.fails(*told, story.steps(BOTH, alone)) == [failure]


def test_saving_several_must_be_allowed_on_every_document(story):
    told = story.document("INV"), story.document("CN", kind='"bill_of_entry"')
    [(number, expected, _)] = story.fails(*told, story.steps(BOTH))
    assert (number, expected) == (1, "save of CN to be allowed")


def test_a_bulk_action_with_a_refusal_must_be_refused_on_every_document(story):
    told = story.document("INV"), story.document("CN", kind='"credit_note"')
    refused = f'{KEPT}; refused = "pending_not_allowed"; rule = "faq.11.a"'
    wanted = "keep_pending of INV to be refused with pending_not_allowed citing faq.11.a"
    assert story.fails(*told, story.steps(BOTH, refused)) == [(2, wanted, "it was allowed")]


def test_a_bulk_action_is_done_for_each_recipient(story):
    told = story.document("INV"), story.document("CN", recipient='"neighbour"')
    states = expect('document = "CN", state = "pending"'), expect('document = "INV", state = "pending"')
    assert story.fails(*told, story.steps(BOTH, KEPT, *states)) == []


def test_several_documents_are_deleted_at_once(story):
    told = story.document("INV"), story.document("CN")
    gone = '2024-11-05T11:00:00; do = "delete"; documents = ["INV", "CN"]'
    states = expect('document = "CN", state = "removed"'), expect('document = "INV", state = "removed"')
    assert story.fails(*told, story.steps(BOTH, gone, *states)) == []


@pytest.mark.parametrize("verb", ["accept", "delete"])
def test_what_was_never_saved_is_not_in_ims(story, verb):
    acted = f'2024-11-05T11:00:00; do = "{verb}"; document = "INV"'
    happened = "it was refused with not_in_ims: INV was never saved"
    assert story.fails(story.document("INV"), story.steps(acted)) == [(1, f"{verb} of INV to be allowed", happened)]
    assert story.fails(story.document("INV"), story.steps(f'{acted}; refused = "not_in_ims"')) == []


def test_remarks_and_a_reduction_go_with_an_action(story):
    long, acted = "x" * 251, '2024-11-05T11:00:00; do = "{}"; document = "INV"; refused = "{}"'
    remarked = f'{acted.format("reject", "remarks_too_long")}; remarks = "{long}"'
    reduced = acted.format("accept", "itc_reduction_not_applicable")
    reductions = [f"{reduced}; reduce_itc = {told}" for told in ('"full"', '"none"', '{ igst = "1.00" }')]
    assert story.fails(story.document("INV"), story.steps(SAVE, remarked, *reductions)) == []


def test_a_refusal_that_is_no_guards_is_told_with_its_code(story):
    filed = '2024-11-06T09:00:00; do = "file_annual_return"; recipient = "buyer"; fy = "2023-24"'
    [(number, expected, happened)] = story.fails(story.document("INV"), story.steps(filed, filed))
    assert (number, expected) == (2, "file_annual_return of the annual return of 2023-24 of buyer to be allowed")
    assert happened.startswith("it was refused with input_invalid: annual return: 2023-24: is already filed")
