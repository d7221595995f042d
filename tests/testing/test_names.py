"""The public names of `ims_fsm.testing`: a type checker sees what is loaded."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

from ims_fsm import testing


def test_type_checkers_and_the_program_see_the_same_names():
    tree = ast.parse(Path(str(testing.__file__)).read_text("utf-8"))
    branch = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {node.names[0].name: str(node.module) for node in branch.body if isinstance(node, ast.ImportFrom)}
    assert sorted(seen) == sorted(testing.__all__)
    for name, module in seen.items():
        assert getattr(testing, name) is getattr(sys.modules[module], name)
    assert {*seen} <= {*dir(testing)}


def test_a_name_that_is_not_there_is_said():
    with pytest.raises(AttributeError, match=r"module 'ims_fsm.testing' has no attribute 'Nothing'"):
        _ = testing.Nothing
