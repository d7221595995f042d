"""Has mypy --strict look at every Python example of the documentation: `make types` runs it, from the checkout.

The blocks of README.md and of the guides follow each other, as a reader takes them; on other pages each block stands
for itself. Programs of other libraries, which carry no types, are marked `py` and left out.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
FENCED = re.compile(r"```python\n(.*?)```", flags=re.DOTALL)
PROGRAMS = tuple(
    ROOT / "docs" / "examples" / name
    for name in ("dbos/credit_note_review.py", "fastapi/service.py", "loan_application/loans.py")
)


def blocks(page: Path) -> list[str]:
    """Return the Python blocks of a page."""
    return FENCED.findall(page.read_text("utf-8"))


def modules() -> dict[str, str]:
    """Return every example as a module, by name."""
    docs = ROOT / "docs"
    guides = [
        ROOT / "README.md",
        docs / "machines.md",
        *sorted((docs / "coming_from").glob("*.md")),
        *sorted((docs / "learn").glob("*.md")),
    ]
    pages = sorted(page for page in docs.glob("*.md") if page not in guides)
    whole = {f"{page.stem}_{number}": text for page in pages for number, text in enumerate(blocks(page), start=1)}
    return {f"guide_{guide.stem.lower()}": "\n".join(blocks(guide)) for guide in guides} | whole


def main() -> int:
    """Write the examples into a folder and return how mypy ends."""
    with tempfile.TemporaryDirectory() as folder:
        written = []
        for name, text in modules().items():
            written.append(Path(folder) / f"{name}.py")
            written[-1].write_text(text, "utf-8")
        command = [sys.executable, "-m", "mypy", "--strict", *map(str, (*written, *PROGRAMS))]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
