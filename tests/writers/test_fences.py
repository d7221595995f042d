"""The blocks of a Markdown text that ask for a machine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_fsm.writers.mkdocs import Block, parts

lines = st.lists(st.sampled_from(["text", "", "```", "````", "~~~ md", "{ims-machine}", "  ```", ":::"]), max_size=12)


@given(lines)
def test_a_text_that_asks_for_nothing_stays_as_it_is(listed):
    text = "\n".join(listed)
    assert "".join(part for part in parts(text) if isinstance(part, str)) == text


def test_a_block_is_read_with_its_options_and_its_line():
    text = "# A\n\n```{ims-machine} credit_note\n:theme: dark\n:caption: a: b\n```\nend"
    assert list(parts(text)) == [
        "# A\n",
        "\n",
        Block(3, "```", "credit_note", {"theme": "dark", "caption": "a: b"}),
        "end",
    ]


@pytest.mark.parametrize("fence", ["```", "~~~~", ":::"])
def test_any_fence_holds_a_block(fence):
    assert list(parts(f"{fence}{{ims-machine}} gstr2b\n{fence}\n")) == [Block(1, fence, "gstr2b", {})]


def test_a_block_that_is_only_shown_is_left_alone():
    text = "````md\n```{ims-machine} credit_note\n```\n````\n"
    assert "".join(parts(text)) == text


def test_a_block_that_is_never_closed_stays_open():
    (_, block) = parts("a\n```{ims-machine} credit_note\n")
    assert block.is_open
