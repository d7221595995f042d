"""`explain`."""

from __future__ import annotations

import pytest


def test_a_trigger_is_explained_by_what_refuses_it(bare):
    told = bare("explain", "credit_note", "keep_pending", "--period", "2024-12").ended(0).out
    assert told.startswith("Credit note under IMS-2024-10: keep_pending\n")
    assert "  no_action, accepted, rejected, pending  pending  faq.10.iii, faq.12\n" in told
    assert (
        "  faq.11.a  pending_not_allowed\n    when direction = original\n"
        "    This record is an original credit note, and pending is not available for it.\n"
        "    → accept it or reject it; with no action it is deemed accepted.\n"
    ) in told
    assert told.endswith("Another rule set, IMS-2025-10, governs other 2B periods: --period 2025-10.\n")


def test_without_a_period_the_newest_rule_set_is_explained(bare):
    told = bare("explain", "credit_note", "keep_pending").ended(0).out
    assert told.startswith("Credit note under IMS-2025-10: keep_pending\n")
    assert "faq.11.a" not in told
    assert told.endswith("Another rule set, IMS-2024-10, governs other 2B periods: --period 2024-10.\n")


def test_a_guard_that_watches_nothing_always_refuses(bare):
    assert (
        "  advisory.2025-10.imports  reject_not_allowed\n    always\n"
        in bare("explain", "bill_of_entry", "reject").ended(0).out
    )


def test_sentences_about_no_particular_recipient_have_gaps(bare):
    told = bare("explain", "invoice", "accept").ended(0).out
    assert "The recipient … is a … taxpayer; only normal taxpayers" in told


def test_facts_are_decided(bare):
    told = bare("explain", "invoice", "accept", "--fact", "supplier_status=saved").ended(0).out
    assert "\nAllowed: it leads to accepted.\n" in told
    assert "    faq.12: Until GSTR-3B is filed an action may be changed any number of times" in told
    told = bare("explain", "invoice", "accept", "--fact", "time_limit=passed", "--fact", "ims=not_yet").ended(0).out
    assert "\nRefused, for 2 reasons:\n" in told
    assert "  faq.31  s16_4_expired\n" in told
    assert "“" in told


def test_a_state_is_decided(bare):
    told = bare("explain", "invoice", "accept", "--state", "frozen").ended(0).out
    assert "Invoice under IMS-2025-10: accept in frozen\n" in told
    assert "  faq.12  frozen\n" in told


def test_a_trigger_that_starts_elsewhere_is_asked_where_it_starts(bare):
    told = bare("explain", "invoice", "expire", "--fact", "time_limit=passed").ended(0).out
    assert told.startswith("Invoice under IMS-2025-10: expire in pending\n")


def test_an_explanation_as_json(bare):
    answer = bare("explain", "credit_note", "keep_pending", "--period", "2024-12", "--json").ended(0).json
    assert (answer["machine"], answer["rule_set"], answer["trigger"]) == ("credit_note", "IMS-2024-10", "keep_pending")
    assert answer["transitions"] == [
        {
            "source": ["no_action", "accepted", "rejected", "pending"],
            "dest": "pending",
            "rules": ["faq.10.iii", "faq.12"],
        }
    ]
    (guard,) = [one for one in answer["guards"] if one["rule"] == "faq.11.a"]
    assert guard.keys() == {"guard", "code", "rule", "see", "refuse_when", "sentence", "remedy"}
    assert guard["refuse_when"] == {"direction": ["original"]}


def test_a_decision_as_json(bare):
    asked = ("explain", "credit_note", "keep_pending", "--period", "2024-12", "--state", "no_action", "--json")
    answer = bare(*asked).ended(0).json
    assert (answer["allowed"], answer["dest"], answer["rules"]) == (False, None, [])
    (refusal,) = answer["refusals"]
    assert refusal.keys() == {"guard", "code", "rule", "sentence", "remedy", "rules"}
    assert refusal["rules"][0].keys() == {"id", "title", "quote"}
    asked = ("explain", "gstr2b", "file_3b", "--state", "draft", "--json")
    assert bare(*asked).ended(0).json["dest"] == "final"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("nothing accept", "machine: nothing: is no declared machine; the machines are bill_of_entry"),
        ("invoice buy", "invoice: buy: is no trigger of invoice; its triggers are save, accept"),
        ("invoice accept --state sold", "invoice: sold: is no state of invoice; its states are no_action"),
        ("invoice accept --fact a=b", "facts: a: is no fact of this machine; its facts are supplier_status"),
        ("invoice accept --fact ims=shut", "facts: ims: cannot be 'shut' here; its values are open, not_yet"),
        ("invoice accept --fact ims", "--fact 'ims' is no pair; write it NAME=VALUE"),
    ],
)
def test_what_there_is_not_is_named_with_what_there_is(bare, call, message):
    assert bare("explain", *call.split()).ended(2).err.startswith(f"error: {message}")
