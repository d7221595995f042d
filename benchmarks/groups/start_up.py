"""Starting the command line, beside Python with Typer imported; what needs no database must not load one.

Runs the program as a person does; imports nothing of it.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Variant, interleaved, require, require_equal, timed
from benchmarks.result import Group, Size

ROUNDS = {Size.SMALLEST: 1, Size.QUICK: 11, Size.FULL: 31}
GOALS = {"help": 3.0, "explain": 2.4, "draw": 3.0, "draw_svg": 3.0}
COMMANDS = {
    "help": ("--help",),
    "explain": ("explain", "credit_note", "keep_pending"),
    "draw": ("draw", "credit_note", "--format", "dot"),
    "draw_svg": ("draw", "credit_note", "--format", "svg"),
}
SMALLEST = ("help",)
# What a command of the law, of pictures or of help has no use for.
UNWANTED = ("sqlmodel", "sqlalchemy", "alembic", "psycopg")
# Nor a command of the law or of pictures: the law is compiled. Help of any Typer program loads Rich, which may.
NOR = ("pydantic",)
_ROOT = Path(__file__).resolve().parent.parent.parent
_LOADED = (
    "import sys\nfrom ims_fsm.cli.app import main\nsys.argv = ['ims-fsm', *sys.argv[1:]]\n"
    "try:\n    main()\nexcept SystemExit as left:\n    code = left.code\n"
    f"unwanted = {UNWANTED} if '--help' in sys.argv else {UNWANTED + NOR}\n"
    "print([code or 0, *(name for name in unwanted if name in sys.modules)], file=sys.stderr)"
)
_PROGRAM = "import sys\nfrom ims_fsm.cli.app import main\nsys.argv = ['ims-fsm', *sys.argv[1:]]\nmain()"
_SMALLEST = (
    "import typer\napp = typer.Typer()\n@app.command()\ndef hello(times: int = 1) -> None:\n    print(times)\napp()"
)
_BASELINES = {
    "typer": ("import typer", ()),
    "help of another": (_SMALLEST, ("--help",)),
    "another": (_SMALLEST, ("--times", "2")),
    "python": ("pass", ()),
}
_SAID = {
    "typer": "python -c 'import typer'",
    "help of another": "--help of the smallest Typer program",
    "another": "the smallest Typer program",
}


def measure(size: Size) -> Group:
    """Measure the commands; the smallest size only the quickest."""
    group = Group("start_up", "Start the command line")
    compileall.compile_dir(_ROOT / "ims_fsm", quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        commands = {name: COMMANDS[name] for name in (SMALLEST if size is Size.SMALLEST else COMMANDS)}
        for arguments in commands.values():
            loads_nothing_unwanted(arguments, Path(folder))
        variants: dict[str, Variant] = {
            name: _variant(_PROGRAM, arguments, Path(folder)) for name, arguments in commands.items()
        }
        variants |= {name: _variant(code, given, Path(folder)) for name, (code, given) in _BASELINES.items()}
        samples = interleaved(variants, ROUNDS[size])
    for name, arguments in commands.items():
        work = f"`ims-fsm {' '.join(arguments)}`"
        group.compare(name, work, samples, ("typer", _SAID["typer"]), ours=name, goal=GOALS[name])
        other = "help of another" if name == "help" else "another"
        group.compare(f"{name}.program", work, samples, (other, _SAID[other]), ours=name)
    group.tell("python", "`python -c pass`", min(samples["python"]) * 1000, "ms")
    group.says = [
        "Whole processes, byte code compiled before. Drawing SVG, the usual format, also runs Graphviz.",
        f"None of these commands loads {', '.join(UNWANTED)}, nor, but for the help, {', '.join(NOR)}: each is asked.",
        "The law is compiled before, as a wheel carries it.",
    ]
    return group


def loads_nothing_unwanted(arguments: tuple[str, ...], folder: Path) -> None:
    """Check that a command ends well and has loaded no database."""
    done = _run(_LOADED, arguments, folder)
    require_equal(done.stderr.strip().splitlines()[-1:], ["[0]"], f"what ims-fsm {' '.join(arguments)} loads")


def _variant(code: str, arguments: tuple[str, ...], folder: Path) -> Variant:
    def run() -> float:
        seconds, done = timed(lambda: _run(code, arguments, folder))
        require_equal(done.returncode, 0, f"the exit code of {arguments}")
        require(bool(done.stdout) == bool(arguments), f"{arguments} said {done.stdout[:100]!r}")
        return seconds

    return run


def _run(code: str, arguments: tuple[str, ...], folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    # A caller's shell may say that no byte code is kept: then each run would compile everything again.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(  # noqa: S603 -- ourselves
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True
    )
