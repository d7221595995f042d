"""What a command writes destroys nothing, and what cannot be told is no failure of what is done."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from ims_fsm.cli.app import PLACES, command_of
from ims_fsm.cli.parameters import said_of
from tests.cli.conftest import NOW

OCTOBER = ("--period", "2024-10", "--at", "2024-11-14T10:00")
WRITES = {
    "2b export": ("2b", "export", *OCTOBER, "--out"),
    "act --refused-to": ("act", "accept", "--where", "kind=invoice", "--at", NOW, "--refused-to"),
    "show --diagram": ("show", "1", "--diagram"),
}


def commands(group=None, name=""):
    """Give every command with the words that call it."""
    for word in PLACES if group is None else group.commands:
        command = command_of(word) if group is None else group.commands[word]
        if hasattr(command, "commands"):
            yield from commands(command, f"{name}{word} ")
        else:
            yield f"{name}{word}", command


def test_every_path_that_is_written_is_declared_and_has_force():
    """A path is an input or an output; a command with an output has --force."""
    writing = {}
    for name, command in commands():
        flags = {flag: parameter.name for parameter in command.params for flag in parameter.opts}
        outputs = [flag for flag, parameter in flags.items() if said_of(name, parameter).get("writes")]
        assert ("--force" in flags) == bool(outputs), name
        writing |= {f"{name} {flag}": said_of(name, flags[flag])["writes"] for flag in outputs}
        likely = {"--out", "--diagram", "--refused-to"} & {*flags}
        assert likely <= {*outputs}, name
    assert {"2b export --out", "act --refused-to", "verify --stories"} <= {*writing}
    assert {*writing.values()} == {"file", "folder"}


NAMES = ["ims.db", "ims.db-wal", "ims.db-shm", "sub/../ims.db", "soft.svg", "hard.svg"]


@pytest.mark.sqlite("the files of the database")
@pytest.mark.parametrize(("what", "name"), [*product(WRITES, NAMES[:1]), *product(["show --diagram"], NAMES[1:])])
def test_an_output_is_not_the_database(run, tmp_path, what, name):
    (tmp_path / "sub").mkdir()
    (tmp_path / "soft.svg").symlink_to("ims.db")
    (tmp_path / "hard.svg").hardlink_to("ims.db")
    before = Path("ims.db").read_bytes()
    done = run(*WRITES[what], name, "--force", "--db", "sqlite:///ims.db").ended(2)
    assert done.err == f"error: {name} is a file that this call works on, and is not written; name another\n"
    assert Path("ims.db").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hard.svg", "ims.db", "soft.svg", "sub"]


@pytest.mark.sqlite("the files of the database")
def test_an_output_is_no_input_and_an_existing_one_stays(run, tmp_path):
    Path("actions.csv").write_text("id,action\n1,accept\n")
    Path("note.txt").write_text("mine")
    call = ("apply", "actions.csv", "--at", NOW, "--refused-to")
    assert "works on" in run(*call, "actions.csv", "--force").ended(2).err
    assert run(*call, "note.txt").ended(2).err == (
        "error: note.txt exists; name another file, or replace it with --force\n"
    )
    assert Path("note.txt").read_text() == "mine"
    assert run("show", "1", "--json").json["state"] == "no_action"
    run(*call, "note.txt", "--force").ended(0)
    assert Path("note.txt").read_text() == ""


def program(*arguments, stdout, cwd, **environment):
    """Run the program with another output."""
    command = shlex.join([sys.executable, "-m", "ims_fsm", *arguments])
    environment = {**os.environ, "COLUMNS": "100", **environment}
    environment.pop("IMS_FSM_DB", None)
    return subprocess.run(
        ["sh", "-c", f"{command} {stdout}"], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


UNTOLD = "error: done, but it could not be told ({}); the same call with --key k1 tells it again\n"


@pytest.mark.sqlite("another process opens the file")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(
    ("stdout", "reason", "form"),
    [
        (">&-", "the output is closed", ()),
        ("> /dev/full", "No space left on device", ("--json",)),
        pytest.param("> /dev/full", "No space left on device", (), marks=pytest.mark.long),
        pytest.param(">&-", "the output is closed", ("--json",), marks=pytest.mark.long),
        ("2>&- >&-", None, ()),
    ],
)
def test_what_is_done_and_not_told_ends_with_3_and_its_key_tells_it_again(run, tmp_path, ids, stdout, reason, form):
    note = ids("KCL/24-25/0412")
    call = ("act", "accept", "--id", str(note), "--at", NOW, "--key", "k1", "--as", "a", *form)
    done = program(*call, stdout=stdout, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (UNTOLD.format(reason) if reason else "")
    assert run("show", note, "--json").json["state"] == "accepted"
    again = run(*call).ended(0)
    assert (again.json["applied"] if form else again.out) in {1, "1 record was accepted.\n"}


@pytest.mark.parametrize("columns", ["0", "-5", "100000"])
def test_a_terminal_of_any_width_is_answered(run, columns):
    run("show", "1", COLUMNS=columns).ended(0)
    run("list", COLUMNS=columns).ended(0)
