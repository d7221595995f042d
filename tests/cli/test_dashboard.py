"""`dashboard`: worst first, each line with the command that lists its records."""

from __future__ import annotations

import shlex

import pytest

BUYER, AT = "27AAPFU0939F1ZV", "2024-11-13T12:00"


@pytest.fixture
def month(run, samples):
    run("import", f"{samples}/ims_2024-11_later.json", "--at", "2024-11-13T10:00").ended(0)
    return run


def test_every_command_that_is_named_lists_what_is_counted(month):
    answer = month("dashboard", "--at", AT, "--near", "400", "--json").ended(0).json
    items = [item for row in answer["rows"] for item in row["items"]]
    page = month("dashboard", "--at", AT, "--near", "400").ended(0).out
    named = [line.strip() for line in page.splitlines() if line.strip().startswith("ims-fsm ")]
    assert len(named) == len(items)
    for item, line in zip(items, named, strict=True):
        _, *words = shlex.split(line)
        listed = month(*words, "--at", AT, "--json").ended(0).json
        if item["filters"]:
            assert len(listed["records"]) == item["records"], line
            pairs = [f"--where={name}={','.join(values)}" for name, values in item["filters"].items()]
            by_pairs = month("list", "--gstin", BUYER, *pairs, "--at", AT, "--json").ended(0).json
            assert by_pairs == listed
    assert {item["concern"] for item in items} >= {"return_due", "without_action"}


def test_the_page_says_what_is_due_in_all_and_taxpayer_by_taxpayer(month):
    lines = month("dashboard", "--at", "2024-12-25T10:00").ended(0).out
    assert lines.startswith("As of 2024-12-25 10:00 IST, over 1 GSTIN.")
    assert "OVER since 20 November 2024: GSTR-3B of 2024-10" in lines
    assert lines.index("20 November 2024: GSTR-3B") < lines.index("20 December 2024: GSTR-3B")
    only = month("dashboard", "--gstin", BUYER, "--limit", "0", "--at", "2024-12-25T10:00").ended(0).out
    assert only == lines


def test_of_many_the_most_urgent_are_shown_and_the_others_counted(month):
    month("taxpayer", "add", "29AABCT1332L1ZA", "--from", "2024-10").ended(0)
    page = " ".join(month("dashboard", "--limit", "1", "--at", AT).ended(0).out.split())
    assert "1 GSTIN more, of later days: --limit 0 shows all." in page


def test_what_is_no_taxpayer_or_number_of_days_is_said_in_a_sentence(month):
    refused = month("dashboard", "--gstin", "29AABCT1332L1ZA", "--at", AT).ended(2)
    assert "29AABCT1332L1ZA" in refused.err
    assert "27" in month("dashboard", "--gstin", "27", "--at", AT).ended(2).err
    assert "near" in month("dashboard", "--near", "-1", "--at", AT).ended(2).err
    assert "is not a day" in " ".join(month("list", "--credit-until", "soon", "--at", AT).ended(2).err.split())
