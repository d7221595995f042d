"""The expectations: each key holds on one told story, and its twin fails with what was expected and what was found."""

from __future__ import annotations

import pytest

ALL = '["INV", "CN", "POS", "RCM", "GONE", "KEPT"]'
STEPS = [
    f'2024-11-05T10:00:00; do = "save"; documents = {ALL}; form = "GSTR-1"; period = "2024-10"',
    '2024-11-05T11:00:00; do = "delete"; document = "GONE"',
    '2024-11-06T10:00:00; do = "file"; supplier = "seller"; form = "GSTR-1"; period = "2024-10"',
    '2024-11-07T10:00:00; do = "reject"; document = "CN"',
    '2024-11-07T11:00:00; do = "keep_pending"; document = "KEPT"',
    '2024-11-14T06:00:00; do = "sweep"',
    '2024-11-15T10:00:00; do = "file_3b"; recipient = "buyer"; period = "2024-10"',
    '2024-11-20T10:00:00; do = "save"; document = "UP"; form = "GSTR-1"; period = "2024-11"',
]
FROZEN = (
    "it was refused with frozen (faq.12, faq.5, faq.20, faq.26, faq.31): Invoice S/INV of 29AABCT1332L1ZA was decided "
    "for good when the recipient filed GSTR-3B, so it can no longer be acted on"
)
NOT_DUE = (
    "it was refused with not_due (faq.21, sec.16_4): The time limit of section 16(4) has not passed for invoice S/KEPT "
    "of 29AABCT1332L1ZA"
)
NEVER = "found nothing, for NEVER was never saved"


@pytest.fixture
def failures(story):
    documents = [
        story.document("INV"),
        story.document("CN", kind='"credit_note"', igst='"50.00"'),
        story.document("POS", ineligible='"pos"', igst='"0.00"', cgst='"15.00"', sgst='"15.00"', cess='"2.00"'),
        story.document("RCM", reverse_charge="true"),
        story.document("GONE"),
        story.document("KEPT"),
        story.document("UP", amends='"INV"', igst='"200.00"'),
        story.document("NEVER"),
    ]

    def of(*expected: str) -> list[list[tuple[str, str]]]:
        """Give what fails of each expectation; to expect changes nothing, so that they can be asked in one story."""
        lines = [f"2024-11-21T10:00:00; expect = {{ {one} }}" for one in expected]
        said = [[] for _ in (*STEPS, *lines)]
        for number, wanted, happened in story.fails(*documents, story.steps(*STEPS, *lines)):
            said[number - 1].append((wanted, happened))
        assert not any(said[: len(STEPS)])
        return said[len(STEPS) :]

    return of


KEYS = [
    ('document = "INV", state', '"frozen"', '"accepted"', "state of INV to be accepted", "found frozen"),
    (
        'document = "INV", disposition',
        '"deemed_accepted"',
        '"rejected"',
        "disposition of INV to be rejected",
        "found deemed_accepted",
    ),
    (
        'document = "GONE", removed_for',
        '"supplier_deleted"',
        '"sec_16_4"',
        "removed_for of GONE to be sec_16_4",
        "found supplier_deleted",
    ),
    (
        'document = "UP", two_b_period',
        '"2024-11"',
        '"2024-10"',
        "two_b_period of UP to be 2024-10",
        "found 2024-11",
    ),
    ('document = "UP", direction', '"upward"', '"downward"', "direction of UP to be downward", "found upward"),
    ('document = "RCM", in_ims', "false", "true", "in_ims of RCM to be true", "found false"),
    ('document = "CN", section', '"itc_rejected"', '"none"', "section of CN to be none", "found itc_rejected"),
    (
        'document = "KEPT", section',
        '"none"',
        '"itc_available"',
        "section of KEPT to be itc_available",
        "found none",
    ),
    ('document = "CN", versions', "1", "2", "versions of CN to be 2", "found 1"),
    ('document = "CN", transitions', "2", "1", "transitions of CN to be 1", "found 2"),
    (
        'recipient = "buyer", period = "2024-10", two_b',
        '"final"',
        '"stale"',
        "two_b of buyer for 2024-10 to be stale",
        "found final",
    ),
    (
        'recipient = "buyer", period = "2024-10", itc_available',
        '{ igst = "180.00" }',
        "{}",
        "itc_available of buyer for 2024-10 to be 0.00",
        "found 180.00 IGST",
    ),
    (
        'recipient = "buyer", period = "2024-10", itc_rejected',
        '{ igst = "-50.00" }',
        '{ igst = "50.00" }',
        "itc_rejected of buyer for 2024-10 to be 50.00 IGST",
        "found -50.00 IGST",
    ),
    (
        'recipient = "buyer", period = "2024-10", itc_not_available',
        '{ cgst = "15", sgst = 15, cess = "2.00" }',
        '{ cgst = "15.00" }',
        "itc_not_available of buyer for 2024-10 to be 15.00 CGST",
        "found 15.00 CGST, 15.00 SGST, 2.00 cess",
    ),
    (
        'recipient = "buyer", period = "2024-10", reversal_4b1',
        "{}",
        '{ igst = "1.00" }',
        "reversal_4b1 of buyer for 2024-10 to be 1.00 IGST",
        "found 0.00",
    ),
    (
        'recipient = "buyer", period = "2024-10", two_a',
        '["KEPT", "INV", "CN", "POS", "RCM"]',
        '["INV", "GONE"]',
        "two_a of buyer for 2024-10 to be GONE, INV",
        "found CN, INV, KEPT, POS, RCM",
    ),
    (
        'supplier = "seller", period = "2024-11", added_back',
        '{ igst = "50.00" }',
        '{ igst = "50.01" }',
        "added_back of seller for 2024-11 to be 50.01 IGST",
        "found 50.00 IGST",
    ),
    ('document = "INV", trigger = "accept", allowed', "false", "true", "accept on INV to be allowed", FROZEN),
    (
        'document = "KEPT", trigger = "accept", allowed',
        "true",
        "false",
        "accept on KEPT to be refused",
        "it was allowed",
    ),
    (
        'document = "INV", trigger = "accept", allowed = false, refused',
        '"frozen"',
        '"removed"',
        "accept on INV to be refused with removed",
        FROZEN,
    ),
    (
        'document = "INV", trigger = "accept", allowed = false, refused = "frozen", rule',
        '"faq.12"',
        '"faq.11"',
        "accept on INV to be refused with frozen citing faq.11",
        FROZEN,
    ),
    (
        'document = "INV", trigger = "accept", refused',
        '"frozen"',
        '"removed"',
        "accept on INV to be refused with removed",
        FROZEN,
    ),
    (
        'document = "INV", trigger = "accept", allowed = false, rule',
        '"faq.20"',
        '"faq.11"',
        "accept on INV to be refused citing faq.11",
        FROZEN,
    ),
    ('document = "UP", trigger = "edit", allowed', "true", "false", "edit on UP to be refused", "it was allowed"),
    (
        'document = "UP", trigger = "delete", allowed',
        "true",
        "false",
        "delete on UP to be refused",
        "it was allowed",
    ),
    (
        'document = "KEPT", trigger = "expire", allowed = false, refused = "not_due", rule',
        '"faq.21"',
        '"sec.34_2"',
        "expire on KEPT to be refused with not_due citing sec.34_2",
        NOT_DUE,
    ),
    ('document = "NEVER", in_ims', "false", "true", "in_ims of NEVER to be true", "found false"),
    (
        'document = "NEVER", section',
        '"none"',
        '"itc_available"',
        "section of NEVER to be itc_available",
        "found none",
    ),
    ('document = "NEVER", versions', "0", "1", "versions of NEVER to be 1", "found 0"),
    ('document = "NEVER", transitions', "0", "1", "transitions of NEVER to be 1", "found 0"),
    (
        'document = "NEVER", trigger = "accept", allowed',
        "false",
        "true",
        "accept on NEVER to be allowed",
        "it was refused with not_in_ims: NEVER was never saved",
    ),
]


def test_a_key_holds_and_its_twin_fails(failures):
    asked = [f"{key} = {value}" for key, right, wrong, *_ in KEYS for value in (right, wrong)]
    said = iter(failures(*asked))
    expected = [([], [(twin, happened)]) for *_, twin, happened in KEYS]
    assert [(holds, next(said)) for holds in said] == expected


def test_every_key_that_does_not_hold_is_told(failures):
    [told] = failures('document = "NEVER", state = "frozen", disposition = "accepted", in_ims = false')
    assert told == [("state of NEVER to be frozen", NEVER), ("disposition of NEVER to be accepted", NEVER)]


def test_keys_of_a_document_and_of_both_sides_stand_together(failures):
    both = 'recipient = "buyer", supplier = "seller", period = "2024-11", two_b = "draft", added_back = {}'
    [told] = failures(f'document = "INV", state = "frozen", trigger = "accept", allowed = true, {both}')
    assert told == [
        ("accept on INV to be allowed", FROZEN),
        ("two_b of buyer for 2024-11 to be draft", "found absent"),
        ("added_back of seller for 2024-11 to be 0.00", "found 50.00 IGST"),
    ]


def test_a_trigger_that_the_machine_does_not_have_is_not_allowed(failures):
    asked = 'document = "KEPT", trigger = "lapse", allowed = false, refused = "no_transition"'
    holds, [(expected, happened)] = failures(asked, 'document = "KEPT", trigger = "lapse", allowed = true')
    assert holds == []
    assert expected == "lapse on KEPT to be allowed"
    assert happened.startswith("it was refused with no_transition: ")


def test_a_refusal_may_stand_on_the_step(story):
    asked = '2024-11-05T11:00:00; expect = { document = "INV", trigger = "keep_pending", allowed = false }'
    note = story.document("INV", kind='"credit_note"')
    saved = '2024-11-05T10:00:00; do = "save"; document = "INV"; form = "GSTR-1"; period = "2024-10"'
    right = f'{asked}; refused = "pending_not_allowed"; rule = "faq.11"'
    assert story.fails(note, story.steps(saved, right)) == []
    [(_, expected, _)] = story.fails(note, story.steps(saved, f'{asked}; refused = "frozen"; rule = "faq.12"'))
    assert expected == "keep_pending on INV to be refused with frozen citing faq.12"


def test_the_reversal_of_table_4b1_is_told(story):
    lines = [
        '2024-11-05T10:00:00; do = "save"; document = "INV"; form = "GSTR-1"; period = "2024-10"',
        '2024-11-06T10:00:00; do = "file"; supplier = "seller"; form = "GSTR-1"; period = "2024-10"',
        '2024-11-14T10:00:00; do = "sweep"',
        '2024-11-15T10:00:00; do = "file_3b"; recipient = "buyer"; period = "2024-10"',
        '2024-11-20T10:00:00; do = "save"; document = "POS"; form = "GSTR-1"; period = "2024-11"',
        '2024-11-20T11:00:00; do = "file"; supplier = "seller"; form = "GSTR-1"; period = "2024-11"',
        '2024-12-14T10:00:00; do = "sweep"',
    ]
    told = (
        '2024-12-14T11:00:00; expect = { recipient = "buyer", period = "2024-11", reversal_4b1 = { igst = "180.00" } }'
    )
    documents = story.document("INV"), story.document("POS", amends='"INV"', ineligible='"pos"')
    assert story.fails(*documents, story.steps(*lines, told)) == []
