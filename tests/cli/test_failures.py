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
from ims_fsm.errors import ImsFsmError, InputError, Problem, UnsettledError
from ims_fsm.record.refusals import RefusedError, Told

REFUSAL = Told("pending_not_allowed", "faq.11.a", ("faq.11.a",), "No", "accept it")
NO_TEXT = "some of the text is not in UTF-8; write it in UTF-8"
NO_ROOM = "the file cannot be used (No space); correct the path or free the disk"
UNEXPECTED = (
    "unexpected error (ZeroDivisionError: by zero); set IMS_FSM_DEBUG=1, run it again and report what it prints"
)
TWO = InputError("a.csv", [Problem("line 2", "is wrong", "mend it"), Problem("line 3", "is too", "mend it as well")])


def ending(error):
    def work():
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code", "word", "line"),
    [
        (CallError("it cannot; do this"), 2, "wrong_call", "it cannot; do this"),
        (RefusedError("it", "keep_pending", [REFUSAL]), 1, "pending_not_allowed", "No (faq.11.a); accept it"),
        (TWO, 2, "input_invalid", "a.csv: 2 problems\n  line 2: is wrong; mend it\n  line 3: is too; mend it as well"),
        (UnsettledError("it may be kept; look"), 3, "unsettled", "it may be kept; look"),
        (KeyboardInterrupt(), 130, "interrupted", "interrupted; unfinished work was not kept"),
        (FileNotFoundError(errno.ENOENT, "", "a"), 2, "file_unusable", "a does not exist; correct the path"),
        (IsADirectoryError(errno.EISDIR, "", "a"), 2, "file_unusable", "a is a folder; name a file in it"),
        (NotADirectoryError(errno.ENOTDIR, "", "a"), 2, "file_unusable", "a is not a folder; name another"),
        (PermissionError(errno.EACCES, "", "a"), 2, "file_unusable", "a cannot be opened; correct its permissions"),
        (OSError(errno.ENOSPC, "No space"), 2, "file_unusable", NO_ROOM),
        (UnicodeEncodeError("utf-8", "\udcff", 0, 1, ""), 2, "input_invalid", NO_TEXT),
        (typer.BadParameter("it is wrong; mend it"), 2, "wrong_call", "it is wrong; mend it"),
        (ZeroDivisionError("by zero\nand more"), 2, "unexpected", UNEXPECTED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)  # fmt: skip
def test_an_error_is_one_line_or_one_object_and_an_exit_code(error, code, word, line, capsys):
    assert guarded(ending(error), []) == code
    assert capsys.readouterr() == ("", f"error: {line}\n")
    assert guarded(ending(error), ["list", "--json"]) == code
    told = capsys.readouterr()
    assert (told.err, json.loads(told.out)["error"]["code"]) == ("", word)


def test_the_object_carries_every_problem_and_every_refusal(capsys):
    guarded(ending(TWO), ["--json"])
    assert [one["where"] for one in json.loads(capsys.readouterr().out)["error"]["problems"]] == ["line 2", "line 3"]
    guarded(ending(RefusedError("it", "keep_pending", [REFUSAL])), ["--json"])
    assert json.loads(capsys.readouterr().out)["error"]["refusals"][0]["rule"] == "faq.11.a"
    assert failures.is_refusal(RefusedError("it", "accept", [REFUSAL]))
    assert not failures.is_refusal(TWO)


@pytest.mark.parametrize(
    ("call", "command"),
    [
        ("upkeep.migrate(…)", "ims-fsm migrate"),
        ("upkeep.migrate(…, adopt=True)", "ims-fsm migrate --adopt"),
        ("upkeep.renumber_events(…)", "ims-fsm events --restored"),
        ("see records()", "see ims-fsm list"),
        ('register(Taxpayer(gstin="27", …))', "ims-fsm taxpayer add 27"),
        ('register(Taxpayer(gstin="27", kind="isd", …))', "ims-fsm taxpayer add 27 --kind isd"),
        ('recipient("27", …).generate_2b("2024-10")', "ims-fsm 2b generate --gstin 27 --period 2024-10"),
    ],
)
def test_what_the_face_calls_is_told_as_a_command(call, command, capsys):
    """In the sentence and in each problem."""
    error = InputError("it", [Problem("here", "is wrong", call)])
    guarded(ending(error), [])
    guarded(ending(error), ["--json"])
    told = capsys.readouterr()
    assert told.err == f"error: it: here: is wrong; {command}\n"
    assert json.loads(told.out)["error"]["problems"][0]["remedy"] == command


def test_an_unexpected_error_is_raised_for_those_who_fix_it(monkeypatch):
    monkeypatch.setenv("IMS_FSM_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        guarded(ending(ZeroDivisionError()), [])


def test_what_went_well_ends_with_0_and_an_exit_code_is_kept(capsys):
    assert [guarded(lambda: None, []), guarded(lambda: 1, []), guarded(lambda: 0, [])] == [0, 1, 0]
    assert guarded(lambda: 130, []) == 130
    assert capsys.readouterr().err == "error: interrupted; unfinished work was not kept\n"


class Full(StringIO):
    """An output with no room left, or with no reader."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def write(self, _text):
        raise self.error


@pytest.mark.parametrize("error", [BrokenPipeError(errno.EPIPE, "Broken pipe"), OSError(errno.ENOSPC, "No space")])
@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_what_is_done_and_cannot_be_told_ends_with_3_and_one_line_unless_the_reader_went(
    monkeypatch, capsys, arguments, error
):
    monkeypatch.setattr(sys, "stdout", Full(error))
    assert guarded(lambda: sys.stdout.write("x"), arguments) == 3
    where = "see what was done with ims-fsm list, history or events"
    line = f"error: done, but it could not be told ({error.strerror}); {where}\n"
    assert capsys.readouterr().err == ("" if isinstance(error, BrokenPipeError) else line)
    sys.stdout.close()
    monkeypatch.setattr(sys, "stdout", Full(error))
    assert guarded(ending(ImsFsmError("x")), ["--json"]) == 2
    sys.stdout.close()


ACTIONS = "accept, reject, keep_pending, reset"


@pytest.mark.parametrize(
    ("call", "line"),
    [
        ("list --nothing", "no such option: --nothing; see ims-fsm list --help"),
        ("nothing", "no such command 'nothing'; see ims-fsm --help"),
        ("show", "missing argument 'ID'; see ims-fsm show --help"),
        ("show 1 2", "got unexpected extra argument(s) (2); see ims-fsm show --help"),
        *(
            (f"list --limit {n}", f"--limit: '{n}' is not a whole number from 0 to {10**15}; write it in plain digits")
            for n in ("-1", "1_0", "١٢", "1e2", "99999999999999999999")
        ),
        ("serve --port 65536", "--port: '65536' is not a whole number from 0 to 65535; write it in plain digits"),
        ("original 1 x", "[accepted|rejected]: 'x' is not one of the words for it; write accepted, rejected"),
        ("list --satte x", "no such option: --satte; did you mean --state? See ims-fsm list --help"),
        ("lst", "no such command 'lst'; did you mean list? See ims-fsm --help"),
        ("2b shw", "no such command 'shw'; did you mean show? See ims-fsm 2b --help"),
        ("taxpayer ad", "no such command 'ad'; did you mean add? See ims-fsm taxpayer --help"),
        ("act acept", "TRIGGER: 'acept' is not one of the words for it; did you mean accept? Write " + ACTIONS),
        ("rules fag.11.a", "rule: fag.11.a: is not in the register; did you mean faq.11.a? See machines/rules.toml"),
        ("explain invoise save", "machine: invoise: is not a declared machine; did you mean invoice? "),
        ("explain invoice sav", "invoice: sav: is not a trigger of invoice; did you mean save? Its "),
        ("explain invoice save --state forzen", "invoice: forzen: is not a state of invoice; did you mean frozen? "),
        ("explain invoice save --fact rout=x", "facts: rout: is not a fact of this machine; did you mean route? Its "),
        ("explain invoice save --fact route=imss", "facts: route: cannot be 'imss' here; did you mean ims? "),
        ("draw --edition IMS-2025-1", "drawing: IMS-2025-1: is not a rule set; did you mean IMS-2025-10? "),
        ("schema lst", "schema: 'lst': is not a command; did you mean list? Name one of "),
        ("list --kind invoce", "--kind: 'invoce' is not one of the words for it; did you mean invoice? "),
        ("list --where stat=x", "--where stat is not a filter; did you mean state? The filters are state, "),

    ],
)  # fmt: skip
def test_a_wrong_call_is_told_with_where_to_look(bare, call, line):
    said = bare(*call.split()).ended(2).err
    assert said == f"error: {line}\n" or (line.endswith(" ") and said.startswith(f"error: {line}"))
