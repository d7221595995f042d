"""A machine of another field, as a folder of declarations."""

from __future__ import annotations

from pathlib import Path

import pytest

RULES = """
source = [{ id = "handbook", title = "Handbook" }]
rule_set = [{ id = "H-1", title = "The handbook" }]
rule = [{ id = "handbook.1", title = "Purchases are approved", source = "handbook", status = "modelled" }]
"""
FACTS = """
[[fact]]
name = "sum"
says = "whether the sum is within the limit"
default = "within"
values = { within = "it is", above = "it is not" }
"""
PURCHASE = """
name = "purchase"
title = "Purchase"
says = "a purchase from its draft to its payment"
version = "1"
initial = "draft"
facts = ["sum"]
state = [
  { name = "draft", title = "Draft", says = "It is being written.", rules = ["handbook.1"] },
  { name = "paid", title = "Paid", says = "It is paid.", rules = ["handbook.1"], terminal = true },
]
trigger = [{ name = "pay", actor = "manager", says = "The manager pays." }]
transition = [{ trigger = "pay", source = ["draft"], dest = "paid", rules = ["handbook.1"] }]

[[guard]]
name = "within_the_limit"
triggers = ["pay"]
refuse_when = { sum = "above" }
rule = "handbook.1"
code = "above_the_limit"
says = "the sum of {document} is above the limit"
remedy = "ask the director"
"""


@pytest.fixture
def purchases(tmp_path) -> Path:
    """A folder beside the documentation that declares a purchase."""
    folder = tmp_path / "purchases"
    folder.mkdir()
    for name, text in (("rules", RULES), ("facts", FACTS), ("purchase", PURCHASE)):
        (folder / f"{name}.toml").write_text(text)
    return folder
