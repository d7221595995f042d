"""A call of a command: the options that commands share, each declared once, and what a command does with them.

Imports Typer and the field's words; opens a database only when a command asks for it.
"""

from __future__ import annotations

import inspect
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import wraps
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import typer

from ims_fsm.cli.failures import REFUSED, CallError, as_json_text, telling
from ims_fsm.cli.output import Progress, working
from ims_fsm.cli.parameters import (
    BUNDLES,
    DEFAULT_DB,
    EACH,
    EVERY,
    EXAMPLES,
    FILTERS,
    SHARED,
    SQLITE,
    WORDS,
    said_of,
    worded,
    words_of,
)
from ims_fsm.cli.turns import ALL, has_place, in_turn, refuse_mixed, whose, with_files
from ims_fsm.cli.words import Command, Group
from ims_fsm.files.writing import Outputs
from ims_fsm.terms.principal import NOBODY, Principal

if TYPE_CHECKING:
    from ims_fsm import IMS, RecipientDesk

P = ParamSpec("P")
_ENDINGS = ("", "-wal", "-shm", "-journal", "-queue")
MOST_NAMED = 10


def user() -> str:
    """Return who acts where nobody is named: the user of the machine."""
    return os.environ.get("USER") or "cli"


def signoff_law() -> str | bool:
    """Return the folder of the house's own sign-off; True for the one that ships."""
    return os.environ.get("IMS_FSM_SIGNOFF") or True


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a command, with what its shared options say; those that the command does not take are empty."""

    #: The name of the command, like "2b show".
    name: str
    #: The recipient that is named, if one is.
    gstin: str | None = None
    #: Whether it may be about each recipient of the database in turn.
    for_each: bool = False
    #: The idempotency key.
    key: str | None = None
    #: Who acts or asks.
    actor: Principal = NOBODY
    #: The URL of the database.
    db: str = DEFAULT_DB
    #: Whether the answer is JSON.
    as_json: bool = False
    #: The moment that is taken for now (aware); None for the real one.
    at: datetime | None = None
    #: TOML laid over the calendar.
    calendar: Path | None = None
    #: TOML that keeps triggers to roles.
    roles: Path | None = None
    #: Why what is done is dated back.
    backdate: str | None = None
    #: Files and folders of laws of one's own.
    own_law: Sequence[Path] = ()
    #: Whose cases are meant.
    owner: str = ""
    #: What the options that filter records say, those that are given.
    filters: Mapping[str, Any] = field(default_factory=dict)
    #: Whether the command may have changed something by the time at which it answers.
    acts: bool = False
    #: The files that the command writes.
    outputs: Outputs = field(default_factory=Outputs)

    @contextmanager
    def ims(self, *, create: bool = False, in_memory: bool = False, signoff: bool = False) -> Iterator[IMS]:
        """Give the IMS on the database, or on one in memory; its clock stands at `at` where that is given.

        Raises `CallError` where a SQLite file does not exist and the command does not begin one (`create`).
        """
        from ims_fsm import IMS

        path = None if in_memory else file_of(self.db)
        if path is not None and not path.exists() and not create:
            first = "open a case" if self.name.startswith("cases ") else "import a download of the portal"
            how = "ims-fsm cases open" if self.name.startswith("cases ") else "ims-fsm import FILE"
            remedy = f"{first} first ({how}), or name another with --db"
            raise CallError(f"there is no database {path}; {remedy}")
        clock: Mapping[str, Any] = {} if self.at is None else {"clock": lambda: self.at}
        laws: Mapping[str, Any] = {"machines": self.own_law} if self.own_law else {}
        # A token may have the roles of sign-offs whether or not they are served.
        if signoff or self.name.startswith(("signoff ", "token ")):
            laws = {**laws, "signoff": signoff_law()}
        laid: Mapping[str, Any] = {"calendar": self.calendar, "roles": self.roles}
        with IMS("sqlite://" if in_memory else self.db, **laid, **clock, **laws) as ims:
            yield ims

    @contextmanager
    def recipient(self) -> Iterator[RecipientDesk]:
        """Give the desk of the recipient that the call is about: the one that is named, or the only one there is.

        Raises `CallError` where none is named and there is none, or more than one.
        """
        with self.ims() as ims:
            yield ims.recipient(self.only_recipient(ims), actor=self.actor, backdate=self.backdate)

    @contextmanager
    def recipient_of(self, record_id: int) -> Iterator[RecipientDesk]:
        """Give the desk of the recipient that is named, or whose record it is; raises `InputError` for no record."""
        with self.ims() as ims:
            gstin = self.gstin or ims.recipient_of(record_id)
            yield ims.recipient(gstin, actor=self.actor, backdate=self.backdate)

    def only_recipient(self, ims: IMS) -> str:
        """Return the GSTIN of the recipient that is named, or of the only one there is; raises `CallError`."""
        if self.gstin is not None:
            return self.gstin
        registered = ims.registered()
        recipients: Sequence[str] = registered if len(registered) == 1 else ims.recipients()
        if len(recipients) == 1:
            return recipients[0]
        if not recipients:
            raise CallError("the database has no recipient yet; import a download: ims-fsm import FILE --gstin GSTIN")
        names = ", ".join(recipients[:MOST_NAMED]) + (", …" if len(recipients) > MOST_NAMED else "")
        every = f", or each in turn with --gstin {ALL}" if self.for_each else ""
        raise CallError(f"the database has {len(recipients):,} recipients; name one with --gstin{every}: {names}")

    def working(self, what: str) -> AbstractContextManager[Progress]:
        """Show a bar while a block works that takes long; what a program reads is watched by nobody."""
        return working(what, quiet=self.as_json)

    def done(self) -> AbstractContextManager[None]:
        """Give a block that only tells of what is done: what fails in it is not a failure of the work."""
        return telling(self.key)

    def answer(
        self,
        tell: Callable[[], object],
        members: object,
        variant: str = "",
        *,
        held: bool = True,
        indent: int | None = 2,
    ) -> None:
        """Print the answer: `members` as JSON where that is wanted, else in words, by calling `tell`.

        `variant` names the option that makes it another answer; without an indent the JSON is one line. The command
        ends with exit code 1 if something was refused or does not hold (`held`).
        """
        with self.done() if self.acts else nullcontext():
            if self.as_json:
                from ims_fsm.cli.answers import emit

                emit(f"{self.name} {variant}".rstrip(), members, indent=indent)
            else:
                tell()
            sys.stdout.flush()
        if not held:
            raise typer.Exit(REFUSED)

    def answer_each(self, head: Mapping[str, object], entries: Iterable[object]) -> None:
        """Print an answer as JSON whose last member is a list, entry by entry as they come."""
        from ims_fsm.cli.answers import emit_each

        emit_each(self.name, head, entries)


def file_of(db: str) -> Path | None:
    """Return the file that the URL of a database names; None where it is in memory or on a server."""
    path = db.removeprefix(SQLITE).partition("?")[0]
    return Path(path) if db.startswith(SQLITE) and path not in {"", ":memory:"} else None


def files_of(db: str) -> list[Path]:
    """Return the files that the URL of a database names, those that SQLite and its writers put beside it too."""
    path = file_of(db)
    return [] if path is None else [Path(f"{path}{ending}") for ending in _ENDINGS]


@contextmanager
def noted_in(call: Call, file: Path | None, shape: str = "RefusedRecord") -> Iterator[Callable[[Any], object] | None]:
    """Give what writes what is refused to a file, a line of JSON each, of this shape; None where no file is named."""
    if file is None:
        yield None
        return
    from ims_fsm.cli.answers import plain

    with ExitStack() as stack:
        out = stack.enter_context(call.outputs.opened(file))

        def note(record: Any) -> None:
            out.write(as_json_text(plain(shape, record), None).encode() + b"\n")
            out.flush()

        yield note
        with call.done():
            stack.close()


# Every command of the modules that are loaded, and every group of commands, by its name.
COMMANDS: dict[str, Any] = {}


def group(name: str, says: str, usual: str | None = None) -> None:
    """Declare a group; a command is in it if its name begins with the group's. `usual` is meant where none is named."""
    kind = type("Group", (Group,), {"usual": usual})
    COMMANDS[name] = made = typer.Typer(cls=kind, no_args_is_help=usual is None, help=says, rich_markup_mode=None)
    # A group of one command stays a group if it has a callback.
    made.callback()(lambda: None)


def command(
    name: str, *shared: str, **settings: Any
) -> Callable[[Callable[Concatenate[Call, P], None]], Callable[..., None]]:
    """Make a function a command: its first argument, the `Call`, gives way to the shared options that are named.

    "each" is "gstin" where each recipient of the database may be meant. Every command takes `--json`, and every one
    with a database `--calendar`, `--roles` and `--as`; "filters" are all options by which records are named, "chasing"
    those that narrow a chase. What each option and argument is for is in `commands.toml`; `settings` are Typer's.
    """

    def declare(function: Callable[Concatenate[Call, P], None]) -> Callable[..., None]:
        work: Callable[..., None] = function
        signature = inspect.signature(function, eval_str=True)
        _, *parameters = signature.parameters.values()
        writes = {p.name: what for p in parameters if (what := said_of(name, p.name).get("writes"))}
        options, base = _shared_by(shared, writes=bool(writes)), {"gstin": EACH} if EACH in shared else {}
        bundle = next((name for name in BUNDLES if name in shared), FILTERS)
        filters = BUNDLES[bundle].values() if bundle in shared else ()
        whole = [
            *(worded(name, parameter) for parameter in parameters),
            *(worded(name, option, bundle, "Which records") for option in filters),
            *(worded(name, option, base.get(option.name, EVERY), "Options that commands share") for option in options),
        ]

        @wraps(function)
        def run(**given: Any) -> None:
            values = {option.name: given.pop(option.name) for option in options}
            values["actor"] = values.get("actor") or Principal(user())
            values["own_law"] = values.get("own_law") or ()
            values["filters"] = {f.name: v for f in filters if (v := given.pop(f.name)) not in (None, (), [])}
            replacing = values.pop("force", False)
            values |= {"name": name, "acts": "actor" in shared, "for_each": EACH in shared}

            def done(call: Call, written: list[Path]) -> None:
                of = {parameter: whose(value, call.gstin) for parameter, value in given.items()}
                outputs = _outputs({**of, **values}, writes, replace=replacing, before=written)
                try:
                    work(replace(call, outputs=outputs), **of)
                finally:
                    written[:] = outputs.claimed

            inputs = [value for parameter, value in given.items() if parameter not in writes]
            refuse_mixed(name, values["gstin"] if EACH in shared else None, given)
            _called(Call(**values), done, inputs, named=has_place(given.values()))

        run.__dict__["__signature__"] = signature.replace(parameters=whole)
        _register(name, run, whole, settings)
        return run

    return declare


def _register(
    name: str, run: Callable[..., None], whole: Sequence[inspect.Parameter], settings: Mapping[str, Any]
) -> None:
    """Have a function be found as a command, with what its parameters say."""
    run.__dict__["example"] = WORDS[EXAMPLES].get(name, "")
    run.__dict__["words"] = {parameter.name: words_of(parameter) for parameter in whole}
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in whole}
    head, _, last = name.partition(" ")
    if last:
        COMMANDS[head].command(last, cls=Command, **settings)(run)
    COMMANDS[name] = run


def _shared_by(shared: Sequence[str], *, writes: bool) -> list[inspect.Parameter]:
    """Return the options that a command shares: those it names, and those that follow from them."""
    # What uses a database stands by a calendar, and is asked by somebody; what writes files replaces none unasked.
    implied = [*(["calendar", "roles", "actor"] if "db" in shared else []), *(["force"] if writes else [])]
    named = {"gstin" if option == EACH else option for option in shared} | {"as_json", *implied}
    return [option for option in SHARED.values() if option.name in named]


def _called(call: Call, done: Callable[[Call, list[Path]], None], inputs: Iterable[object], *, named: bool) -> None:
    """Do what a call is about: for the recipient that is meant, or for each of the database in turn.

    `named` says whether the name of a file has a place for whose it is; `inputs` may be such files.
    """
    if call.gstin == ALL:
        with call.ims() as ims:
            gstins = ims.recipients() or [replace(call, gstin=None).only_recipient(ims)]
        written: list[Path] = []
        turns = with_files(gstins, inputs, quiet=call.as_json)
        in_turn(turns, lambda gstin: done(replace(call, gstin=gstin), written), as_json=call.as_json, acts=call.acts)
        return
    if call.for_each and call.gstin is None and named:
        with call.ims() as ims:
            call = replace(call, gstin=call.only_recipient(ims))
    done(call, [])


def _outputs(
    values: Mapping[str, Any], writes: Mapping[str, str], *, replace: bool, before: Sequence[Path] = ()
) -> Outputs:
    """Return the files that a call writes; they are none that it works on, and are looked at before it begins."""
    outputs = {name: values[name] for name in writes}
    inputs = [value for name, value in values.items() if name not in outputs]
    read = [path for value in inputs for path in (value if isinstance(value, tuple) else [value])]
    files = [path for path in read if isinstance(path, Path)]
    written = Outputs([*files, *files_of(values.get("db") or "")], replace=replace, before=before)
    for name, path in outputs.items():
        if path is not None and writes[name] == "file":
            written.claim(path)
    return written


@contextmanager
def stopping(stop: Callable[[], object] = lambda: None) -> Iterator[Event]:
    """Give a flag that Ctrl-C and SIGTERM raise, and call `stop` with them: work in progress comes to its end."""
    stopped = Event()

    def on_signal(*_signal: object) -> None:
        stopped.set()
        stop()

    before = {name: signal.signal(name, on_signal) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
