"""What the README shows is run: its example, and what it says the example prints."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text("utf-8"), flags=re.DOTALL)


def test_the_embedding_example_prints_what_the_readme_says() -> None:
    example, hooks = blocks("python")
    printed = io.StringIO()
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(printed):
        exec(compile(example, str(README), "exec"), names)  # noqa: S102 -- the README's own example
    assert printed.getvalue() == blocks("text")[0]
    exec(compile(hooks, str(README), "exec"), names)  # noqa: S102
    ims = names["ims"]
    other = ims.supplier.save(  # type: ignore[attr-defined]
        names["note"].changed(number="CN/8"),  # type: ignore[attr-defined]
        names["Form"].GSTR_1,  # type: ignore[attr-defined]
        names["TaxPeriod"]("2024-11"),  # type: ignore[operator]
        actor="supplier",
    )
    with pytest.raises(PermissionError, match="by the manager"):
        ims.act("reject", other, actor="asha")  # type: ignore[attr-defined]
    assert ims.record(other).seq == 0  # type: ignore[attr-defined]
    ims.close()  # type: ignore[attr-defined]
