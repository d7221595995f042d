"""`demo`: the main job, start to end, on the shipped sample of the portal's JSON.

Imports Typer and the options; the story when it is run.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from ims_fsm.cli.call import Call, command, file_of
from ims_fsm.cli.failures import CallError
from ims_fsm.cli.output import PROSE, console, say, verbatim
from ims_fsm.cli.parameters import DEFAULT_DB, SQLITE
from ims_fsm.terms.period import SettableClock, day_in_words, in_india


@command("demo")
def demo(call: Call, *, folder: Path | None = None, samples: Path | None = None, db: str | None = None) -> None:
    """Tell a taxpayer's month in IMS on the shipped sample, from the download to the filed return, step by step.

    Everything is run in a folder that is thrown away, unless --folder keeps it.
    """
    if samples is not None:
        with _place(samples) as place:
            files = _files(place)
        call.answer(lambda: say(f"{samples}: {', '.join(files)}."), {"chapters": [], "folder": samples, "files": files})
        return
    database = _absolute(db)
    with _place(folder) as place:
        with redirect_stdout(io.StringIO()) if call.as_json else nullcontext():
            chapters = _perform(database or DEFAULT_DB, is_kept=folder is not None)
        files = _files(place) if folder else []
    parts = {"chapters": chapters, "folder": folder, "files": files}
    call.answer(lambda: _tell_what_next(folder), parts)


def _perform(url: str, *, is_kept: bool) -> list[dict[str, str]]:
    from ims_fsm import IMS, check_download
    from ims_fsm.cli.app import app
    from ims_fsm.cli.story import STORY, Stage

    chapters: list[dict[str, str]] = []

    def commands(given: list[str]) -> int:
        try:
            app(given)
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    clock = SettableClock(STORY["chapter"][0]["at"])
    with IMS(url, clock=clock) as ims:
        gstin = check_download(Path(STORY["download"]), STORY["download"], None).recipient
        if ims.taxpayer(gstin) is not None:
            raise CallError(f"the database {url} already has {gstin}, the recipient of the demo; name an empty one")
        stage = Stage(ims, url, gstin, commands)
        _tell_what_it_is(gstin)
        for number, chapter in enumerate(STORY["chapter"], start=1):
            clock.set(chapter["at"])
            title, local = chapter["title"], in_india(clock())
            say("", f"{number}. {title} ({day_in_words(local)}, {local:%H:%M} IST)", style="bold")
            verbatim("─" * min(PROSE, console().width))
            stage.play(chapter)
            chapters.append({"title": title, "at": chapter["at"]})
        if is_kept:
            say("", "The machines as pictures", style="bold")
            stage.run("draw", "--format", _picture_format(), "--out", "diagrams")
    return chapters


def _tell_what_it_is(gstin: str) -> None:
    say("A taxpayer's month in India's Invoice Management System (IMS)", style="bold")
    say(
        "",
        f"The taxpayer is {gstin}, here as a recipient: somebody who buys. Their suppliers report invoices and credit "
        "notes on the GST portal, and the recipient accepts, rejects or keeps each of them pending. From that the "
        "portal makes GSTR-2B, the statement of the input tax credit (ITC) for a month. The recipient takes this "
        "credit by filing the return GSTR-3B, which decides for good.",
        "",
        "The firms are invented. Every command below really runs, and its answer follows it. The demo adds two "
        "options: --db, a database of its own, and --at, which sets the clock to the day of the chapter.",
    )


def _tell_what_next(folder: Path | None) -> None:
    program = _program()
    say("", "Where the pictures are", style="bold")
    drawn = Path(__file__).resolve().parents[2] / "diagrams" / "credit_note.svg"
    if folder is not None:
        say(f"In {folder / 'diagrams'}, a file for each machine.")
    elif drawn.is_file():
        verbatim(f"{_near(drawn)}  the life of a credit note; its neighbours are the other machines")
    else:
        say("They are drawn when you ask for them, see below.")
    say("", "What next", style="bold")
    next_calls = {
        "explain credit_note keep_pending --period 2024-10": "what refuses a trigger, and when",
        "verify": "the declared law, proved in every situation",
        f"draw --format {_picture_format()} --out pictures": "every machine as a picture",
        "import DOWNLOAD.json --gstin GSTIN": "your own month: the JSON that you download from the portal's IMS",
    }
    if folder is None:
        again = "run it again and keep the samples, the database, the upload and the pictures"
        next_calls = {"demo --folder ims-demo": again, **next_calls}
    else:
        look = f"list --all --at 2024-12-09T10:00 --db {SQLITE}{folder / 'ims.db'}"
        next_calls = {look: "look around in what the demo left", **next_calls}
    for arguments, says in next_calls.items():
        verbatim(f"{program} {arguments}", indent=2)
        say(says, indent=6)


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    """Give the folder in which the demo runs, with the samples in it, as the current one."""
    from ims_fsm.resources import samples_folder

    if folder is not None and folder.exists() and any(folder.iterdir()):
        raise CallError(f"the folder {folder} is not empty; name a new one")
    with TemporaryDirectory() as temporary:
        place = Path(temporary) if folder is None else folder.absolute()
        place.mkdir(parents=True, exist_ok=True)
        for sample in sorted(samples_folder().glob("*.*")):
            shutil.copyfile(sample, place / sample.name)
        _part(place / "ims_2024-11_later.json")
        with chdir(place):
            yield place


def _files(place: Path) -> list[str]:
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())


def _part(download: Path) -> None:
    """Put a download beside itself in two files, as the portal gives a large one: the sections of each are a half."""
    whole = json.loads(download.read_text("utf-8"))
    sections = list(whole["data"].items())
    for number, part in enumerate((sections[:2], sections[2:]), start=1):
        text = json.dumps({**whole, "fc": 2, "file_num": number, "data": dict(part)})
        (download.parent / f"{download.stem}_part{number}.json").write_text(f"{text}\n", "utf-8")


def _absolute(db: str | None) -> str | None:
    """Return a database's URL so that it means the same in another folder."""
    path = file_of(db) if db else None
    return db if path is None else f"{SQLITE}{path.absolute()}"


def _picture_format() -> str:
    from importlib.util import find_spec

    return "svg" if shutil.which("dot") or find_spec("pygraphviz") else "mermaid"


def _program() -> str:
    """Return how the reader called this program, so that they can call it again."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{_near(Path(sys.executable))} -m ims_fsm"
    if called.stem != "ims-fsm":
        # Another program runs it in its own process.
        return "ims-fsm"
    installed = shutil.which("ims-fsm")
    return "ims-fsm" if installed and Path(installed).absolute() == called.absolute() else str(_near(called))


def _near(path: Path) -> Path:
    """Return a path from the current folder where it lies below, else whole."""
    whole = path.absolute()
    return whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole
