"""The notebook of docs/examples is run from its top, cell by cell, in this process; each output is as it is stored.

`python tests/test_notebook.py` writes the outputs again. A notebook is JSON, so that no kernel is needed.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parent.parent / "docs" / "examples" / "a_month.ipynb"
SVG = "image/svg+xml"


def played(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook with the outputs that its cells give now."""
    names: dict[str, Any] = {"__name__": "__main__"}
    codes = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    counted = {cell["id"]: (n, outputs("".join(cell["source"]), names, n)) for n, cell in enumerate(codes, 1)}
    cells = [
        cell | ({"execution_count": counted[cell["id"]][0], "outputs": counted[cell["id"]][1]} if cell in codes else {})
        for cell in notebook["cells"]
    ]
    return notebook | {"cells": cells}


def outputs(source: str, names: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Run a cell; return what it prints and, where it ends with an expression, what that shows."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(ast.Module(body, []), "cell", "exec"), names)  # noqa: S102 -- the notebook's own cells
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None  # noqa: S307 -- too
    printed = [{"name": "stdout", "output_type": "stream", "text": lines(out.getvalue())}] if out.getvalue() else []
    if value is None:
        return printed
    data = {kind: lines(text) for kind, text in shown(value).items()}
    return [*printed, {"data": data, "execution_count": count, "metadata": {}, "output_type": "execute_result"}]


def shown(value: Any) -> dict[str, str]:
    """Return what a notebook shows of a value."""
    if bundle := getattr(value, "_repr_mimebundle_", None):
        return dict(bundle())
    page = {"text/html": value._repr_html_()} if hasattr(value, "_repr_html_") else {}
    return {**page, "text/plain": repr(value)}


def lines(text: str) -> list[str]:
    """Return a text as a notebook keeps it."""
    return text.splitlines(keepends=True)


def named(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook with the titles of its pictures: their sentences stand beside them, and their looks change."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if SVG in data:
                data[SVG] = re.findall(r"<title[^>]*>([^<]+)<", "".join(data[SVG]))[:1]
    return notebook


@pytest.mark.skipif(not NOTEBOOK.exists(), reason="the documentation lies in the checkout")
@pytest.mark.sqlite("a reader's store is in memory")
def test_a_notebook_is_as_it_is_played():
    stored = json.loads(NOTEBOOK.read_text("utf-8"))
    assert named(played(stored)) == named(stored), "write it again: python tests/test_notebook.py"


if __name__ == "__main__":
    fresh = played(json.loads(NOTEBOOK.read_text("utf-8")))
    NOTEBOOK.write_text(json.dumps(fresh, ensure_ascii=False, indent=1) + "\n", "utf-8")
