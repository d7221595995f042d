"""What goes wrong: one line or JSON, and its exit code; never a traceback.

Imports the errors and Typer; loads no other room.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from typing import Any

import typer

from ims_fsm.errors import FileError, ImsFsmError, UnsettledError, printable, redacted
from ims_fsm.terms.characters import visible
from ims_fsm.terms.spelling import hinted

DONE, REFUSED, WRONG, UNTOLD, INTERRUPTED = 0, 1, 2, 3, 130
DEBUG = "IMS_FSM_DEBUG"
# What the face calls by a function, by its command.
_COMMANDS = {
    r"upkeep\.migrate\(…, adopt=True\)": "ims-fsm migrate --adopt",
    r"upkeep\.migrate\(…\)": "ims-fsm migrate",
    r"upkeep\.renumber_events\(…\)": "ims-fsm events --restored",
    r'register\(Taxpayer\(gstin="(\w+)", …\)\)': r"ims-fsm taxpayer add \1",
    r'register\(Taxpayer\(gstin="(\w+)", (\w+)="(\w+)", …\)\)': r"ims-fsm taxpayer add \1 --\2 \3",
    r'recipient\("(\w+)", …\)\.generate_2b\("([\d-]+)"\)': r"ims-fsm 2b generate --gstin \1 --period \2",
    r'\bfile_3b\("([\d-]+)"\)': r"ims-fsm 3b file --period \1",
    r"\bexport_upload\(\)": "ims-fsm export json",
    r"\breset\(…\)": "ims-fsm act reset",
    r"import_download\(…, made_at=…\)": "ims-fsm import --made",
    r"import_download\(…, complete=True\)": "--complete",
    r"\b(?:records|recipients)\(\)": "ims-fsm list",
    r"\bsee list\(\)": "see ims-fsm cases list",
    r"upkeep\.carry_over\(…\)": "ims-fsm migrate --machines PATH --dry-run",
    r"give machines= where the store is opened": "name its file with --machines",
    r"\b(seal the log first)\b": r"\1 (ims-fsm audit seal)",
    r"\b(state how it was decided)\b": r"\1 with: ims-fsm original",
    r"for (\w{15}) (after the day on which GSTR-2B of ([\d-]+) is drafted.* from the dashboard)": (
        r"for \1 \2: ims-fsm 2b generate --gstin \1 --period \3"
    ),
    r"\breplace=True": "--force",
    r'change_setting\("layout", …\)': "ims-fsm settings set layout NAME FILE, or match it at a terminal",
    r"\bconsent=True": "--yes",
    r"\(backdate\)": "(--backdate)",
    r"import it at the recipient's desk, or name them": "name the recipient with --gstin, or",
}


class CallError(ImsFsmError):
    """A command cannot do what it was called for; the message says why and what to do."""

    code = "wrong_call"


class UntoldError(ImsFsmError):
    """A command has done its work and its answer cannot be written: the disk is full, or its reader has gone."""

    code = "untold"

    def __init__(self, reason: str, key: str | None = None) -> None:
        """Keep why it could not be told, and the key under which the answer is kept."""
        self.reason, self.key = reason, key
        super().__init__(reason, key)

    def __str__(self) -> str:
        """Show the reason, and where the answer is to be had."""
        how = "see what was done with ims-fsm list, history or events"
        if self.key is not None:
            how = f"the same call with --key {shlex.quote(self.key)} tells it again"
        return f"done, but it could not be told ({self.reason}); {how}"


@contextmanager
def telling(key: str | None = None) -> Iterator[None]:
    """Raise `UntoldError` for what fails in a block that only tells of what is done, maybe under a key."""
    try:
        yield
    except UntoldError as error:
        raise UntoldError(error.reason, key) from error.__cause__
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        raise UntoldError(_reason(error), key) from error


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or "its reader has gone"
    return str(error) if isinstance(error, ImsFsmError) else f"{type(error).__name__}: {_first_line(error)}"


class Answers:
    """Standard output while a command runs; what fails in writing it raises `UntoldError`."""

    def __init__(self, stream: Any) -> None:
        """Write to a stream; None where the program was begun with its output closed."""
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        """Be like the stream in all else."""
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write a text."""
        with _written():
            if self.stream is None:
                raise OSError(errno.EBADF, "the output is closed")
            return int(self.stream.write(text))

    def flush(self) -> None:
        """Write what is held back."""
        with _written():
            if self.stream is not None:
                self.stream.flush()


@contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise UntoldError(_reason(error)) from error


def guarded(work: Callable[[], Any], arguments: Sequence[str]) -> int:
    """Run the command line and return its exit code.

    0 is success, 1 a refusal or a failed check, 2 invalid input or usage, 3 done but the answer could not be written,
    or maybe done.
    An error is printed on standard error as one line, or with `--json` among the arguments on standard output as an
    object. With IMS_FSM_DEBUG set an unexpected error is raised instead.
    """
    try:
        with redirect_stdout(Answers(sys.stdout)):
            code = work()
            sys.stdout.flush()
    except UntoldError as error:
        _forget_stdout()
        # A reader that has gone, like `| head`, went on purpose, and is not told.
        return (
            UNTOLD if isinstance(error.__cause__, BrokenPipeError) else _print(error.as_dict(), UNTOLD, as_json=False)
        )
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 -- a traceback is shown only to those who ask
        if isinstance(error, typer.TyperException) and type(error).__name__ == "NoArgsIsHelpError":
            return error.exit_code
        return _print(*_described(error), as_json="--json" in arguments)
    if code == INTERRUPTED:
        return _print(*_described(KeyboardInterrupt()), as_json="--json" in arguments)
    return code if isinstance(code, int) else DONE


def in_commands(said: Any) -> Any:
    """Return what the face says, in a text or in any text of a tree, with the commands that do what it names.

    >>> in_commands(["see records()", 7])
    ['see ims-fsm list', 7]
    """
    match said:
        case str():
            for call, written in _COMMANDS.items():
                said = re.sub(call, written, said)
            return said
        case list() | tuple():
            return [in_commands(part) for part in said]
        case dict():
            return {name: in_commands(part) for name, part in said.items()}
        case _:
            return said


def in_lines(text: str) -> str:
    """Return lines as they are printed: without passwords, and with control characters written out."""
    return visible(redacted(text), lines=True)


def as_json_text(value: Any, indent: int | None = 2) -> str:
    """Return a value as JSON that may be printed: without passwords, and with control characters written out."""
    text = json.dumps(value, indent=indent, ensure_ascii=False, default=str)
    return visible(redacted(text), lines=True, escape=lambda sign: json.dumps(sign)[1:-1])


def is_refusal(error: ImsFsmError) -> bool:
    """Say whether an error is a refusal by the law (exit code 1), and not input that cannot be used."""
    return error.outcome in {"refused", "not_permitted"}


def exit_code(error: ImsFsmError) -> int:
    """Return the exit code of an error."""
    return UNTOLD if isinstance(error, UnsettledError) else REFUSED if is_refusal(error) else WRONG


def _described(error: BaseException) -> tuple[dict[str, Any], int]:
    match error:
        case KeyboardInterrupt():
            message, code = "interrupted; unfinished work was not kept", INTERRUPTED
            return {"code": "interrupted", "message": message}, code
        case typer.TyperException():
            return {"code": CallError.code, "message": printable(_of_call(error))}, error.exit_code or WRONG
        case ImsFsmError():
            described = {name: in_commands(part) for name, part in error.as_dict().items()}
            return described, exit_code(error)
        case UnicodeError():
            return {"code": "input_invalid", "message": "some of the text is not in UTF-8; write it in UTF-8"}, WRONG
        case OSError():
            return {"code": "file_unusable", "message": str(FileError(error))}, WRONG
    if os.environ.get(DEBUG):
        raise error
    what = f"unexpected error ({type(error).__name__}: {printable(_first_line(error))})"
    return {"code": "unexpected", "message": f"{what}; set {DEBUG}=1, run it again and report what it prints"}, WRONG


def _of_call(error: typer.TyperException) -> str:
    parameter, context = getattr(error, "param", None), getattr(error, "ctx", None)
    message = error.message.removeprefix("Value error, ")
    if parameter is not None and message:
        message = f"{parameter.get_error_hint().strip(chr(39))}: {message}"
    whole = " ".join((message or error.format_message()).split()).rstrip(".")
    remedy = f"; see {context.command_path} --help" if context is not None and ";" not in whole else ""
    if context is not None and (option := getattr(error, "option_name", None)):
        names = [name for parameter in context.command.params for name in (*parameter.opts, *parameter.secondary_opts)]
        remedy = f"; {hinted(option, names, remedy.removeprefix('; '))}"
    return (whole if whole[:2].isupper() else whole[:1].lower() + whole[1:]) + remedy


def _print(error: dict[str, Any], code: int, *, as_json: bool) -> int:
    whole = as_json_text({"error": error})
    stream, text = (sys.stdout, whole) if as_json else (sys.stderr, in_lines(f"error: {error['message']}"))
    try:
        if stream is not None:
            stream.write(f"{text}\n")
            stream.flush()
    except (OSError, ValueError):
        _forget_stdout()
    return code


def _forget_stdout() -> None:
    """Leave nothing to be flushed at the end: the reader of the output has gone."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 -- it stays open to the end


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "")
