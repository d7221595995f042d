"""The law that is drawn, and a small machine of another field."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_fsm.law.loading import read_law, shipped_law
from ims_fsm.law.register import Law

ROOT = Path(__file__).resolve().parents[2]

APPROVAL_RULES = """
source = [{ id = "handbook", title = "Handbook" }]
rule_set = [{ id = "H-1", title = "The handbook" }]
rule = [{ id = "handbook.1", title = "Purchases are approved", source = "handbook", status = "modelled" }]
"""
APPROVAL_FACTS = """
[[fact]]
name = "sum"
says = "whether the sum is within the manager's limit"
default = "within"
values = { within = "it is", above = "it is not" }
"""
APPROVAL = """
name = "purchase"
title = "Purchase"
says = "a purchase from its draft to its payment"
version = "1"
initial = "draft"
facts = ["sum"]
state = [
  { name = "draft", title = "Draft", says = "It is being written.", rules = ["handbook.1"] },
  { name = "submitted", title = "Submitted", says = "It waits for the manager.", rules = ["handbook.1"] },
  { name = "approved", title = "Approved", says = "It may be paid.", rules = ["handbook.1"] },
  { name = "paid", title = "Paid", says = "It is paid.", rules = ["handbook.1"], terminal = true },
]
trigger = [
  { name = "submit", actor = "requester", says = "The requester hands it in." },
  { name = "approve", actor = "manager", says = "The manager approves it." },
  { name = "send_back", actor = "manager", says = "The manager sends it back." },
  { name = "remind", actor = "clock", says = "A day passes." },
  { name = "pay", actor = "clock", says = "The day of payment comes." },
]
transition = [
  { trigger = "submit", source = ["draft"], dest = "submitted", rules = ["handbook.1"] },
  { trigger = "approve", source = ["submitted"], dest = "approved", rules = ["handbook.1"] },
  { trigger = "send_back", source = ["submitted", "approved"], dest = "draft", rules = ["handbook.1"] },
  { trigger = "remind", source = ["submitted"], dest = "submitted", rules = ["handbook.1"] },
  { trigger = "pay", source = ["approved"], dest = "paid", rules = ["handbook.1"] },
]

[[guard]]
name = "within_the_limit"
triggers = ["approve", "remind"]
refuse_when = { sum = "above" }
rule = "handbook.1"
code = "above_the_limit"
says = "the sum of {document} is above the manager's limit"
remedy = "ask the director"

[[guard]]
name = "nothing_after_payment"
triggers = ["send_back"]
refuse_when = { state = "paid" }
rule = "handbook.1"
code = "paid"
says = "{document} is paid"
remedy = "nothing"
"""


@pytest.fixture(scope="session")
def law() -> Law:
    return shipped_law()


@pytest.fixture(scope="session")
def approval() -> Law:
    return read_law({"rules.toml": APPROVAL_RULES, "facts.toml": APPROVAL_FACTS, "purchase.toml": APPROVAL})


@pytest.fixture(scope="session")
def published() -> Path:
    return ROOT / "diagrams"
