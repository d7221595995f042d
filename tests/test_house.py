"""The house rules that no linter holds: sizes, docstrings, and what a tracked file may not name."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "ims_fsm").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST_FILE = 400
# They say how the writer holds a thing, not what it is. The face alone calls what hears of each record `each`.
BANNED = frozenset({"told", "one", "some", "found", "known", "own", "shown", "each"})
FACE = ("ims.py", "desks.py", "reception/desk.py", "reception/importing.py")
LONGEST_FUNCTION = 50
Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef

# Assembled from pieces, so that this file does not name what it forbids.
HOSTS = ("py" + "pi", "python" + "hosted", "npm" + "js")
PATH = "an absolute path of one machine"
HOST = "the host of a package registry"
FORBIDDEN = {
    PATH: re.compile(r"(?<![\w.)}>/~-])/(?:home|root|Users|work|opt)/\w|\b[A-Z]:\\{1,2}Users\b"),
    HOST: re.compile(rf"\b(?:{'|'.join(HOSTS)})\.(?:org|com|io)\b"),
}


def place(path: Path) -> str:
    """Name a file as a person would, from the top of the checkout."""
    return path.relative_to(ROOT).as_posix()


def tracked() -> list[Path]:
    """List the files that git tracks or would track; without git, every file outside hidden folders."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        inside = (path for path in ROOT.rglob("*") if not path.relative_to(ROOT).parts[0].startswith("."))
        return sorted(path for path in inside if path.is_file())
    return sorted(path for name in names if name and (path := ROOT / name).is_file())


def functions(tree: ast.AST) -> Iterator[Function]:
    """Give every function and method, nested ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def public(node: ast.Module | ast.ClassDef) -> Iterator[Documented]:
    """Give the public classes, functions and methods of a module or class."""
    for child in node.body:
        if isinstance(child, Documented) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from public(child)


def overloaded(node: Documented) -> bool:
    """Say whether the function is one signature of several, documented once at the last."""
    return any(ast.unparse(decorator).endswith("overload") for decorator in node.decorator_list)


@pytest.fixture(scope="module")
def read() -> dict[Path, ast.Module]:
    """Every module of the program, parsed once."""
    return {path: ast.parse(path.read_bytes()) for path in MODULES}


def test_a_module_says_what_it_is_and_so_does_every_public_name(read: dict[Path, ast.Module]) -> None:
    silent = [place(path) for path, tree in read.items() if not ast.get_docstring(tree)]
    assert silent == [], "a module says its role and what it does not import"
    nodes = ((path, node) for path, tree in read.items() for node in public(tree))
    assert [
        f"{place(path)}: {node.name}" for path, node in nodes if not ast.get_docstring(node) and not overloaded(node)
    ] == []


def test_a_file_and_its_functions_are_short(read: dict[Path, ast.Module]) -> None:
    files = {path: len(path.read_bytes().splitlines()) for path in [*MODULES, *TESTS]}
    assert {place(path): lines for path, lines in files.items() if lines > LONGEST_FILE} == {}
    long = {}
    # A function is no longer than its file.
    for path in (path for path, lines in files.items() if lines > LONGEST_FUNCTION):
        for node in functions(read.get(path) or ast.parse(path.read_bytes())):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                long[f"{place(path)}: {node.name}"] = lines
    assert long == {}


def bound(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give every parameter and every name that is assigned or looped over, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def test_a_name_says_what_a_thing_is(read: dict[Path, ast.Module]) -> None:
    found = []
    for path, tree in read.items():
        banned = BANNED - {"each"} if place(path).removeprefix("ims_fsm/workflow/") in FACE else BANNED
        found += [f"{place(path)}:{line}: {name}" for line, name in bound(tree) if name in banned]
    assert found == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    found = []
    for path in tracked():
        content = path.read_bytes()
        # Looked at as a whole first: hardly any has a line to show.
        if b"\0" not in content and FORBIDDEN[what].search(content.decode("utf-8")):
            lines = content.decode("utf-8").splitlines()
            found += [f"{place(path)}:{n}: {line}" for n, line in enumerate(lines, 1) if FORBIDDEN[what].search(line)]
    assert found == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        (PATH, "see /" + "home/someone/ims.db"),
        (PATH, '"/' + 'opt/x"'),
        (PATH, "C:" + "\\Users\\someone"),
        (HOST, f"https://{HOSTS[0]}.org/simple"),
        (HOST, f"files.{HOSTS[1]}.org"),
    ],
)
def test_what_is_forbidden_is_seen(what: str, line: str) -> None:
    assert FORBIDDEN[what].search(line)


@pytest.mark.parametrize("line", ["[click](docs/home/x)", "https://example.in/work/1", "a/opt/b"])
def test_a_relative_path_or_a_page_is_no_path_of_one_machine(line: str) -> None:
    assert not FORBIDDEN[PATH].search(line)


def test_every_text_file_is_utf8_and_ends_with_a_line_end() -> None:
    texts = {path: path.read_bytes() for path in tracked() if path.suffix in {".py", ".toml", ".md", ".json"}}
    # What hurts a reader is kept byte by byte.
    texts = {path: content for path, content in texts.items() if "corpus" not in path.parts}
    assert [place(path) for path, content in texts.items() if content and not content.endswith(b"\n")] == []
    assert [place(path) for path, content in texts.items() if b"\r\n" in content] == []


PLAIN = (
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("docs/*/*.md")),
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
)
# What the FAQ says of a recipient is said on these pages in its words; a handbook of people speaks of one.
QUOTING = {"lifecycle", "0002-how-the-faq-is-read.md", "HANDBOOK-2024-to-HANDBOOK-2025.md"}
# How we once wrote, and a reader stumbled over; each has its plain sentence now.
STILTED = re.compile(
    r"rings? a bell|makes? it good|goes over into smaller|[Nn]o record is meant|\bis no (?:GSTIN|tax period|JSON)\b"
    r"|manieth|owing GSTR|not said of a fact|stands? in the way of nothing|[Bb]egin behind|it is read for happens"
    r"|comes back counted|accepted gives its|[Ii]t ends with 0 when|[Ee]very command takes|as it stands: deemed"
    r"|nobody expected went|; mend it, it is|arrow from the bar|\b\d{3},\d{3}\.\d\d\b|\+igst \d|\d · igst"
)


def test_no_page_is_stilted() -> None:
    texts = {place(page): page.read_text("utf-8") for page in (*PLAIN, *ROOT.glob("docs/*/*/*.md"))}
    assert {page: found for page, text in texts.items() if (found := STILTED.findall(text))} == {}


@pytest.mark.parametrize("page", [page for page in PLAIN if not QUOTING & set(page.parts)], ids=place)
def test_a_taxpayer_is_they(page: Path) -> None:
    assert re.findall(r"\b(?:he|his|him|himself)\b", page.read_text("utf-8"), re.IGNORECASE) == []
