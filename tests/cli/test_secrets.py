"""No password of a database is told: by no command, in no form, whatever is wrong with the URL."""

from __future__ import annotations

import logging

import pytest

from ims_fsm.cli.app import PLACES, command_of
from ims_fsm.errors import StoreError, redacted
from ims_fsm.scheduler.scheduler import Scheduler
from ims_fsm.workflow.calendar.isolation import sentence

SECRET = "zq8Wv"  # noqa: S105 -- of nobody
# Nobody listens at port 1.
URLS = [
    f"postgresql://ims:{SECRET}@127.0.0.1:1/ims",
    f"postgresql://ims:a@{SECRET}@127.0.0.1:1/ims",
    f"postgresql://ims:{SECRET}@b@127.0.0.1:1/ims",
    f"postgresql://ims:a/{SECRET}@127.0.0.1:1/ims",
    f"postgresql://ims:a b {SECRET}@127.0.0.1:1/ims",
    f"postgresql://ims:{SECRET}@127.0.0.1:port/ims",
    f"postgresql://ims:{SECRET}@[::1/ims",
    f"postgresql://127.0.0.1:1/ims?user=ims&password={SECRET}",
    f"postgresql://127.0.0.1:1/ims?password=a&{SECRET}=b",
    f"postgresql://127.0.0.1:1/ims?sslpassword={SECRET}",
    f"postgresql://ims:{SECRET}@127.0.0.1:1/ims?connect_timeout=abc",
    f"postgresql://ims:{SECRET}@127.0.0.1:1/ims?pool_size=abc",
    f"postgresql+asyncpg://ims:{SECRET}@127.0.0.1:1/ims",
    f"mysql://ims:{SECRET}@127.0.0.1:1/ims",
    f"dask://ims:{SECRET}@127.0.0.1:1",
    f"sqlite://ims:{SECRET}@127.0.0.1/ims.db",
    f"sqlite:///nowhere/ims.db?password={SECRET}",
    f"sqlite:///nowhere/ims.db?{SECRET}=1",
    f"sqlite+pysqlcipher://:{SECRET}@/ims.db",
    f"host=127.0.0.1 port=1 password={SECRET}",
    f"ims:{SECRET}@127.0.0.1/ims",
    f"postgresql://ims:{SECRET}@127.0.0.1:1/ims\n",
]
WORDS = {
    **dict.fromkeys(("GSTIN", "GSTIN|all"), "27AAPFU0939F1ZV"), "ID": "1", "YYYY-MM": "2024-10", "FILE": "a.csv",
    "FILE…": "a.json",
    "TRIGGER": "accept", "accepted|rejected": "accepted", "PATH": "a", "PATH…": "a", "NAME": "asha",
    "MACHINE": "leave_request", "CASE": "LR-1", "KEY": "LR-1", "DOCUMENT": "1", "TEXT": "seen",
    "KIND": "policy", "FOLDER": "letters", "[NAME] FILE": "a.toml",
}  # fmt: skip


MORE = {"scheduler run": ("--once",), "cases fire-on": ("--all",), "act ": ("--id", "1")}


def calls(group=None, name=()):
    """Give a call of every command that takes a database, with what it cannot do without."""
    for word in PLACES if group is None else group.commands:
        command = command_of(word) if group is None else group.commands[word]
        if hasattr(command, "commands"):
            yield from calls(command, (*name, word))
        elif "db" in {parameter.name for parameter in command.params}:
            needed = [parameter for parameter in command.params if parameter.required]
            given = [(parameter.opts[-1:] if parameter.opts[0][0] == "-" else [], parameter) for parameter in needed]
            yield [*name, word, *(part for flag, p in given for part in (*flag, WORDS[p.metavar or p.make_metavar()]))]


CALLS = {" ".join(call): call for call in calls()}


@pytest.fixture
def files(tmp_path):
    for name in ("a.csv", "a.json", "a"):
        (tmp_path / name).write_text("id,action\n1,accept\n" if name == "a.csv" else "{}")


def test_every_command_with_a_database_is_called():
    assert len(CALLS) > 25
    assert {"list", "act accept", "audit verify", "scheduler run"} <= {*CALLS}


# Two forms of a URL for every command; of all forms each command takes a fifth, so that many commands meet each.
FIFTH = 5


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("urls", ["few", pytest.param("many", marks=pytest.mark.long)])
def test_no_command_tells_the_password(bare, files, name, urls, form):
    more = next((words for begin, words in MORE.items() if name.startswith(begin)), ())
    first = ([*CALLS].index(name) + bool(form)) % FIFTH
    for url in URLS[first::FIFTH] if urls == "many" else URLS[:1] + URLS[7:8]:
        done = bare(*CALLS[name], *more, "--db", url, *form)
        assert SECRET not in done.out + done.err
        assert done.code == 2, done.out + done.err


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize("how", ["--db", "environment", "as another value"])
def test_no_url_tells_its_password(bare, how, form):
    for url in URLS:
        if how == "environment":
            done = bare("list", *form, IMS_FSM_DB=url)
        elif how == "--db":
            done = bare("list", "--db", url, *form)
        else:
            done = bare("list", "--gstin", url, "--supplier", url, *form)
        assert done.code == 2
        if how != "as another value" or ("://" in url and f"{SECRET}=" not in url):
            assert SECRET not in done.out + done.err, url


@pytest.mark.parametrize("url", URLS)
def test_one_redactor_hides_it_in_a_sentence_an_error_and_a_log_record(url, caplog):
    text = f"cannot open {url}"
    if "://" in url and f"{SECRET}=" not in url:
        assert SECRET not in redacted(text)
        assert SECRET not in str(StoreError(text)) + str(StoreError(text).as_dict())
        assert SECRET not in sentence(ValueError(text)) + sentence(StoreError(text))


def test_the_scheduler_logs_no_password(file_database, caplog, monkeypatch):
    scheduler = Scheduler(file_database)
    monkeypatch.setattr(scheduler, "run_once", lambda: (_ for _ in ()).throw(OSError(f"{URLS[0]} is lost")))
    monkeypatch.setattr(scheduler, "_look_again", lambda _tick: None)
    with caplog.at_level(logging.DEBUG):
        scheduler._wake_up()
    assert "postgresql://ims:***@127.0.0.1:1/ims is lost" in caplog.text
    assert SECRET not in caplog.text


@pytest.fixture
def file_database(tmp_path):
    from ims_fsm import IMS  # noqa: PLC0415 -- the fixture's own

    with IMS(f"sqlite:///{tmp_path / 'ims.db'}") as ims:
        yield ims
