"""The public names: a type checker sees what is loaded, and nothing loads the database before it is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import ims_fsm

PACKAGES = (ims_fsm,)


def names_for_type_checkers(package: ModuleType) -> dict[str, str]:
    tree = ast.parse(Path(str(package.__file__)).read_text("utf-8"))
    return {
        alias.name: str(node.module)
        for branch in tree.body
        if isinstance(branch, ast.If)
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_and_the_program_see_the_same_names(package: ModuleType) -> None:
    seen = names_for_type_checkers(package)
    assert sorted(seen) == sorted(package.__all__)
    for name, module in seen.items():
        assert getattr(package, name) is getattr(sys.modules[module], name)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_that_is_not_there_is_said(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match=f"module '{package.__name__}' has no attribute 'Nothing'"):
        _ = package.Nothing


def test_importing_the_package_loads_no_database() -> None:
    code = (
        "import sys, ims_fsm, ims_fsm.law.book, ims_fsm.draw.diagrams; dir(ims_fsm); print('sqlalchemy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_package_lists_its_public_names() -> None:
    assert dir(ims_fsm) == sorted([*ims_fsm.__all__, "__version__"])
