"""Which database a command opens, and which recipient it is about."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ims_fsm.cli.call import Call, user
from ims_fsm.cli.failures import CallError

OTHER = "29AABCT1332L1ZA"
FILE = pytest.mark.sqlite("a file")


def test_looking_begins_no_database_and_one_without_a_recipient_says_how_to_begin(bare, tmp_path):
    remedy = "import a download of the portal first (ims-fsm import FILE), or name another with --db"
    assert bare("list").ended(2).err == f"error: there is no database ims.db; {remedy}\n"
    assert list(tmp_path.iterdir()) == []
    bare("migrate").ended(0)
    message = "the database has no recipient yet; import a download: ims-fsm import FILE --gstin GSTIN"
    assert bare("list").ended(2).err == f"error: {message}\n"


def test_the_only_recipient_need_not_be_named_and_a_supplier_who_is_registered_is_none(run):
    assert f"{OTHER}: is not a taxpayer known here" in run("list", "--gstin", OTHER).ended(2).err
    run("taxpayer", "add", OTHER, "--filing", "monthly").ended(0)
    assert run("list", "--json").ended(0).json["recipient"] == "27AAPFU0939F1ZV"


def test_of_several_recipients_one_is_named(run, tmp_path, samples):
    text = (
        (samples / "ims_2024-11.json").read_text("utf-8").replace('"gstin": "27AAPFU0939F1ZV"', f'"gstin": "{OTHER}"')
    )
    (tmp_path / "other.json").write_text(text, "utf-8")
    run("import", "other.json", "--at", "2024-11-12T10:00").ended(0)
    message = "the database has 2 recipients; name one with --gstin, or each in turn with --gstin all"
    assert run("list").ended(2).err == f"error: {message}: 27AAPFU0939F1ZV, {OTHER}\n"
    assert "name one with --gstin: 27AAPFU0939F1ZV" in run("chase", "log").ended(2).err
    assert run("list", "--gstin", OTHER.lower(), "--json").ended(0).json["recipient"] == OTHER


def test_of_very_many_recipients_some_are_named_and_the_user_acts(monkeypatch):
    everyone = [f"R{number:04}" for number in range(1000)]
    many = SimpleNamespace(registered=lambda: everyone, recipients=lambda: everyone)
    with pytest.raises(CallError, match=r"has 1,000 recipients; name one with --gstin: R0000, .*, R0009, …$"):
        Call(name="list").only_recipient(many)
    monkeypatch.setenv("USER", "meera")
    assert user() == "meera"
    monkeypatch.delenv("USER")
    assert user() == "cli"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "'nonsense' is not a database URL"),
        ("mysql://x/y", "mysql is not supported; use SQLite or PostgreSQL"),
        pytest.param("sqlite:///.", "cannot be used: unable to open database file", marks=FILE),
        pytest.param("sqlite:///text.db", "cannot be used: file is not a database", marks=FILE),
    ],
)
def test_a_database_that_cannot_be_used_is_told(bare, tmp_path, url, words):
    (tmp_path / "text.db").write_text("this is no database, whatever its name says")
    assert words in bare("list", "--db", url).ended(2).err


def test_the_environment_names_the_database(run, tmp_path):
    (tmp_path / "ims.db").rename(tmp_path / "elsewhere.db")
    assert run("list", "--json", IMS_FSM_DB="sqlite:///elsewhere.db").ended(0).json["records"]
