"""Everything that can go wrong ends in one line, or one object, and an exit code."""

from __future__ import annotations

import errno
import json
import sys
from io import StringIO

import pytest
import typer

from ims_fsm.cli import failures
from ims_fsm.cli.failures import CallError, guarded
from ims_fsm.errors import FileError, ImsFsmError, InputError, Problem
from ims_fsm.record.refusals import RefusedError, Told

REFUSAL = Told("pending_not_allowed", "faq.11.a", ("faq.11.a",), "No", "accept it")
UNEXPECTED = "unexpected error (ZeroDivisionError: by zero)"
TWO = InputError("a.csv", [Problem("line 2", "is wrong", "mend it"), Problem("line 3", "is too", "mend it as well")])


def ending(error):
    def work():
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (CallError("it cannot; do this"), 2, "error: it cannot; do this\n"),
        (RefusedError("it", "keep_pending", [REFUSAL]), 1, "error: No (faq.11.a); accept it\n"),
        (TWO, 2, "error: a.csv: 2 problems\n  line 2: is wrong; mend it\n  line 3: is too; mend it as well\n"),
        (KeyboardInterrupt(), 130, "error: interrupted; unfinished work was not kept\n"),
        (FileNotFoundError(errno.ENOENT, "gone", "a.json"), 2, "error: a.json does not exist; correct the path\n"),
        (
            UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"),
            2,
            "error: some of the text is not in UTF-8; write it in UTF-8\n",
        ),
        (typer.BadParameter("it is wrong; mend it"), 2, "error: it is wrong; mend it\n"),
        (
            ZeroDivisionError("by zero\nand more"),
            2,
            f"error: {UNEXPECTED}; set IMS_FSM_DEBUG=1, run it again and report what it prints\n",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_an_error_is_one_line_and_an_exit_code(error, code, line, capsys):
    assert guarded(ending(error), []) == code
    assert capsys.readouterr() == ("", line)


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (CallError("it cannot"), 2, "wrong_call"),
        (RefusedError("it", "keep_pending", [REFUSAL]), 1, "pending_not_allowed"),
        (TWO, 2, "input_invalid"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "file_unusable"),
        (ValueError("?"), 2, "unexpected"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_with_json_it_is_an_object_on_standard_output(error, code, word, capsys):
    assert guarded(ending(error), ["list", "--json"]) == code
    told = capsys.readouterr()
    assert told.err == ""
    assert json.loads(told.out)["error"]["code"] == word


def test_the_object_carries_every_problem_and_every_refusal(capsys):
    guarded(ending(TWO), ["--json"])
    assert [one["where"] for one in json.loads(capsys.readouterr().out)["error"]["problems"]] == ["line 2", "line 3"]
    guarded(ending(RefusedError("it", "keep_pending", [REFUSAL])), ["--json"])
    assert json.loads(capsys.readouterr().out)["error"]["refusals"][0]["rule"] == "faq.11.a"


def test_an_unexpected_error_is_raised_for_those_who_fix_it(monkeypatch):
    monkeypatch.setenv("IMS_FSM_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        guarded(ending(ZeroDivisionError()), [])


def test_what_went_well_ends_with_0_and_an_exit_code_is_kept(capsys):
    assert [guarded(lambda: None, []), guarded(lambda: 1, []), guarded(lambda: 0, [])] == [0, 1, 0]
    assert guarded(lambda: 130, []) == 130
    assert capsys.readouterr().err == "error: interrupted; unfinished work was not kept\n"


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (FileNotFoundError(errno.ENOENT, "", "a"), "a does not exist; correct the path"),
        (IsADirectoryError(errno.EISDIR, "", "a"), "a is a folder; name a file in it"),
        (NotADirectoryError(errno.ENOTDIR, "", "a"), "a is not a folder; name another"),
        (PermissionError(errno.EACCES, "", "a"), "a cannot be opened; correct its permissions"),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "the file cannot be used (No space left on device); correct the path or free the disk",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, OSError) else "",
)
def test_a_file_that_cannot_be_used_is_told_in_a_sentence(error, sentence):
    assert str(FileError(error)) == sentence


class Full(StringIO):
    """An output with no room left, or with no reader."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def write(self, _text):
        raise self.error


@pytest.mark.parametrize("error", [BrokenPipeError(errno.EPIPE, "Broken pipe"), OSError(errno.ENOSPC, "No space")])
@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_what_is_done_and_cannot_be_told_ends_with_3_and_one_line(monkeypatch, capsys, arguments, error):
    monkeypatch.setattr(sys, "stdout", Full(error))
    assert guarded(lambda: sys.stdout.write("x"), arguments) == 3
    what = f"the work is done, but its answer could not be written ({error.strerror})"
    assert capsys.readouterr().err == f"error: {what}; see what was done with ims-fsm list, history or events\n"
    sys.stdout.close()
    monkeypatch.setattr(sys, "stdout", Full(error))
    assert guarded(ending(ImsFsmError("x")), ["--json"]) == 2
    sys.stdout.close()


def test_a_refusal_is_told_from_what_cannot_be_read():
    assert failures.is_refusal(RefusedError("it", "accept", [REFUSAL]))
    assert not failures.is_refusal(TWO)


@pytest.mark.parametrize(
    ("call", "line"),
    [
        ("list --nothing", "no such option: --nothing; see ims-fsm list --help"),
        ("nothing", "no such command 'nothing'; see ims-fsm --help"),
        ("show", "missing argument 'ID'; see ims-fsm show --help"),
        ("show 1 2", "got unexpected extra argument(s) (2); see ims-fsm show --help"),
        ("list --limit -1", "--limit: Input should be greater than or equal to 0; see ims-fsm list --help"),
        ("original 1 x", "accepted|rejected: 'x' is not one of 'accepted', 'rejected'; see ims-fsm original --help"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_told_with_where_to_look(bare, call, line):
    assert bare(*call.split()).ended(2).err == f"error: {line}\n"
