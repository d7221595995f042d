"""What is logged: each record has the fields that docs/watching.md names, no password is in it, nothing is set up."""

from __future__ import annotations

import ast
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ims_fsm import RefusedError, StoreError
from ims_fsm.resources import code_folder
from ims_fsm.testing import Stage
from ims_fsm.workflow import watching

PAGE = code_folder().parent / "docs" / "watching.md"
LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
FIELD = re.compile(r"`(ims_(?!fsm)\w+)`(?=[^|]*\|)")


def logging_calls() -> Iterator[tuple[Path, ast.Call]]:
    """Give every call by which a module of the package writes to a log; that of a builder of pages is not ours."""
    for path in sorted({*code_folder().rglob("*.py")} - {*(code_folder() / "writers").rglob("*.py")}):
        text = path.read_text("utf-8")
        if "getLogger" not in text and "hooks import Hooks, Subscriber, log" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="log" | "_log" | "_problems"), attr=attr)):
                    if attr in LEVELS:
                        yield path, node


def test_every_record_has_fields_beside_its_message() -> None:
    calls = list(logging_calls())
    assert len(calls) >= 9
    bare = [f"{path.name}:{node.lineno}" for path, node in calls if "extra" not in {word.arg for word in node.keywords}]
    assert bare == []


@pytest.mark.skipif(not PAGE.exists(), reason="the page lies in the checkout")
def test_every_field_is_documented_and_no_other() -> None:
    written = set[str]()
    for path in {path for path, _ in logging_calls()}:
        constants = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant))
        written |= {str(node.value) for node in constants if re.fullmatch(r"ims_(?!fsm)[a-z]+", str(node.value))}
    assert written == set(FIELD.findall(PAGE.read_text("utf-8")))


def test_a_call_is_one_record(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    record, note = stage.filed(), stage.filed(stage.document("credit_note"))
    with caplog.at_level(logging.DEBUG, watching.log.name):
        stage.desk.accept(record)
        stage.desk.record(record)
        with pytest.raises(RefusedError):
            stage.desk.keep_pending(note)
    accepted, read, refused = caplog.records
    assert [log.getMessage() for log in caplog.records] == [
        "act: done",
        "record: done",
        "act: pending_not_allowed",
    ]
    assert [log.levelname for log in caplog.records] == ["INFO", "DEBUG", "INFO"]
    fields = {name for name in vars(accepted) if name.startswith("ims_")}
    assert fields == {*watching.fields(watching.Call(name="", writes=True)), "ims_ms"}
    assert vars(refused)["ims_rules"] == ["faq.11.a"]
    for log in (accepted, read, refused):
        assert stage.buyer not in str(vars(log))


def test_reading_is_not_logged_where_writing_is(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, watching.log.name):
        stage.desk.records()
    assert caplog.records == []


def test_no_record_has_a_password(stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch) -> None:
    """Where the database goes away behind a commit, the sentence is logged, and no traceback with its URL."""
    record = stage.filed()
    stage.ims.hooks.after_commit("mailer")(print)

    def away(_self: object) -> None:
        raise StoreError("cannot open postgresql://asha:s3cret@host/ims")

    monkeypatch.setattr("ims_fsm.workflow.workspace.Workspace.deliver", away)
    stage.desk.accept(record)
    (log,) = caplog.records
    assert (vars(log)["ims_event"], vars(log)["ims_code"], log.exc_info) == ("not_delivered", "store_unusable", None)
    assert "s3cret" not in log.getMessage()
    assert "asha:***@host" in log.getMessage()


def test_logging_is_never_configured() -> None:
    """No handler, no level: what is logged is the host's; only `ims-fsm serve`, a program, says where to."""
    asked = (
        "import logging, ims_fsm\n"
        "with ims_fsm.IMS('sqlite://') as ims: ims.registered()\n"
        "mine = [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith('ims')]\n"
        "print(len(mine), logging.root.handlers, {(log.level, *log.handlers) for log in mine})\n"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.split(" ", 1)[1] == "[] {(0,)}\n"
    assert said.stderr == ""
