"""`compare`, and `draw --compare`."""

from __future__ import annotations

from pathlib import Path

import pytest

OLD, NEW = "IMS-2024-10", "IMS-2025-10"
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "purchase_approval.toml"


def test_machines_are_compared_under_two_rule_sets(bare):
    told = bare("compare", "bill_of_entry").ended(0).out
    assert told.startswith(f"Bill of entry: from {OLD} to {NEW}\n")
    assert "gone     state Rejected" in told
    answer = bare("compare", "--json").ended(0).json
    machines = [each["machine"] for each in answer]
    assert "invoice" in machines
    assert "gstr2b" not in machines
    assert bare("compare", "gstr2b").ended(0).out == "Nothing differs.\n"
    assert "added    guard on approve" in bare("compare", EXAMPLE).ended(0).out
    told = bare("compare", "credit_note", "--markdown", "--rule-sets", NEW, OLD).ended(0).out
    assert told.startswith(f"## Credit note: from {NEW} to {OLD}\n")
    assert "| \N{MINUS SIGN} gone | transition lapse: Pending → No action | possible | not possible |" in told


def test_one_rule_set_has_nothing_to_be_compared_with(bare, tmp_path) -> None:
    text = EXAMPLE.read_text("utf-8")
    start, end = text.index('[[rule_set]]\nid = "HANDBOOK-2024"'), text.index('[[rule_set]]\nid = "HANDBOOK-2025"')
    (tmp_path / EXAMPLE.name).write_text((text[:start] + text[end:]).replace('since = "2025-01"\n', ""), "utf-8")
    told = bare("compare", EXAMPLE.name).ended(2).err
    assert told == "error: the law has one rule set, HANDBOOK-2025; there is nothing to compare it with\n"


def test_two_rule_sets_are_drawn_in_one_picture(bare, tmp_path) -> None:
    told = bare("draw", "credit_note", "--compare", OLD, NEW, "--format", "dot").ended(0).out
    assert told.splitlines() == [f"diagrams/credit_note.{OLD}-to-{NEW}.dot", f"diagrams/{OLD}-to-{NEW}.md"]
    assert (tmp_path / told.splitlines()[0]).read_text("utf-8").startswith(f'digraph "credit_note-{OLD}-to-{NEW}"')


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (f"draw --compare {OLD} X", f"comparison: X: is not a rule set; the rule sets are {OLD}, {NEW}"),
        (f"draw --compare {OLD} {NEW} --edition {OLD}", "--compare names two rule sets and --edition one"),
        (f"compare --rule-sets {OLD} {OLD}", f"comparison: {OLD}: is compared with itself; name two rule sets"),
    ],
)
def test_what_cannot_be_compared_is_told(bare, call, message) -> None:
    assert bare(*call.split()).ended(2).err.startswith(f"error: {message}")
