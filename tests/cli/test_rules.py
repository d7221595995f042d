"""`rules`."""

from __future__ import annotations


def test_a_rule_is_told_with_those_below_it(bare):
    told = bare("rules", "faq.16").ended(0).out
    assert told.startswith("faq.16: ")
    assert "\n\nfaq.16.1: " in told
    assert "  status: modelled\n" in told
    assert "  cited by: record.toml" in told


def test_what_is_not_modelled_says_why(bare):
    told = bare("rules", "faq.2").ended(0).out
    assert "  status: not modelled: " in told


def test_the_register_is_listed(bare):
    rows = bare("rules").ended(0).out.splitlines()
    assert rows[0].split() == ["rule", "status", "what", "it", "says"]
    assert sum(row.startswith("faq.") for row in rows) > 34


def test_rules_as_json(bare):
    answer = bare("rules", "faq.11.a", "--json").ended(0).json
    (rule,) = answer["rules"]
    assert (rule["id"], rule["status"], rule["until"]) == ("faq.11.a", "modelled", "2025-09")
    assert "credit_note.toml" in rule["cited_by"]


def test_a_rule_that_is_none_is_refused(bare):
    assert (
        bare("rules", "faq.35").ended(2).err == "error: rule: faq.35: is not in the register; see machines/rules.toml\n"
    )
