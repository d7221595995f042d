"""Running scenarios: a fresh store for each, every step at its moment, files and folders, and what cannot be read."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import text

from ims_fsm.errors import Problem
from ims_fsm.scenario.reading import read_scenario
from ims_fsm.scenario.running import run_paths, run_scenario
from ims_fsm.store.connection import ConflictError, StoreError, open_engine, reading, writing
from ims_fsm.workflow.ims import Scratch

SAVE = '2024-11-05T10:00:00; do = "save"; document = "INV"; form = "GSTR-1"; period = "2024-10"'
ACCEPT = '2024-11-05T11:00:00; do = "accept"; document = "INV"'
NEVER = '2024-11-05T12:00:00; expect = { document = "INV", state = "frozen", versions = 9 }'


def test_an_outcome_tells_what_held(story):
    outcome = story.run(story.document("INV"), story.steps(SAVE, ACCEPT))
    assert (outcome.title, outcome.rules, outcome.held) == ("A story", ("faq.16",), True)
    assert (outcome.steps, outcome.ran, outcome.failures) == (2, 2, ())


def test_expectations_that_fail_do_not_end_a_run(story):
    outcome = story.run(story.document("INV"), story.steps(SAVE, NEVER, NEVER.replace("12:", "13:")))
    assert [failure.number for failure in outcome.failures] == [2, 2, 3, 3]
    assert (outcome.held, outcome.steps, outcome.ran) == (False, 3, 3)


def test_a_step_that_does_something_unexpected_ends_a_run(story):
    outcome = story.run(story.document("INV"), story.steps(f'{SAVE}; refused = "frozen"', ACCEPT, NEVER))
    assert [failure.number for failure in outcome.failures] == [1]
    assert (outcome.held, outcome.steps, outcome.ran) == (False, 3, 1)


def test_a_failure_names_the_step_its_moment_and_both_sides(story):
    [failure, _] = story.run(story.document("INV"), story.steps(SAVE, NEVER)).failures
    assert str(failure) == "step 2 (2024-11-05 12:00:00 IST): expected state of INV to be frozen; found no_action"


def test_an_error_that_is_no_refusal_is_told_with_its_code(story):
    annual = 'do = "file_annual_return"; recipient = "buyer"; fy = "2023-24"'
    happened = (
        "it was refused with input_invalid: annual return: 2023-24: is already filed as the annual return of "
        "27AAPFU0939F1ZV; nothing is left to file"
    )
    told = story.fails(story.steps(f"2024-11-05T10:00:00; {annual}", f"2024-11-05T11:00:00; {annual}"))
    assert told == [(2, "file_annual_return of the annual return of 2023-24 of buyer to be allowed", happened)]


def test_a_step_that_cannot_be_done_at_all_is_told(story, monkeypatch):
    def beaten(*_, **__):
        raise ConflictError("the record of INV")

    monkeypatch.setattr("ims_fsm.workflow.desks.RecipientDesk.act_on", beaten)
    told = story.fails(story.document("INV"), story.steps(SAVE, ACCEPT))
    happened = "another writer was first to change the record of INV; read again and retry"
    assert told == [(2, "the step to be possible", happened)]


def test_every_scenario_has_a_store_of_its_own(story):
    text = story.document("INV") + story.steps(SAVE)
    assert [story.run(text).held for _ in range(2)] == [True, True]


@pytest.mark.sqlite("a file")
def test_a_file_database_is_left_alone(story, tmp_path):
    path = tmp_path / "ims.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE mine (id INTEGER)")
    database.close()
    before = path.read_bytes()
    assert story.run(story.document("INV"), story.steps(SAVE), url=f"sqlite:///{path}").held
    assert path.read_bytes() == before
    assert sorted(found.name for found in tmp_path.iterdir()) == ["ims.db", "story.toml"]


def test_a_postgresql_database_is_left_alone(story, databases):
    """Its tables, ours among them, and its schemas are what they were, also after a scenario that fails."""
    url = databases.address(databases.make()).render_as_string(hide_password=False)
    engine = open_engine(url)
    everything = text("SELECT relname, relnamespace::regnamespace::text, relfilenode FROM pg_class ORDER BY oid")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE mine (id integer)"))
        before = connection.execute(everything).all()
    assert story.run(story.document("INV"), story.steps(SAVE), url=url).held
    assert not story.run(story.document("INV"), story.steps(SAVE, NEVER), url=url).held
    with reading(engine) as connection:
        assert connection.execute(everything).all() == before
        assert connection.execute(text("SELECT count(*) FROM ims_record")).scalar() == 0
    engine.dispose()


def test_a_database_that_cannot_be_used_is_an_error(story, tmp_path):
    scenario = read_scenario(story.write('title = "A story"\n' + story.steps('2024-11-05T10:00:00; do = "sweep"')))
    with pytest.raises(StoreError, match="is not a database URL"):
        run_scenario(scenario, Scratch(str(tmp_path)))


def test_folders_are_run_in_order_with_the_folders_in_them(story, cast, tmp_path):
    text = cast + story.document("INV") + story.steps(SAVE)
    names = ["b.toml", "a/c.toml", "a/b.toml"]
    for name in names:
        story.write(text, f"all/{name}")
    story.write("not a scenario", "all/notes.txt")
    alone = story.write(text, "alone.toml")
    told = []
    outcomes = run_paths([tmp_path / "all", alone], progress=lambda outcome, number, of: told.append((number, of)))
    assert [one.path.relative_to(tmp_path).as_posix() for one in outcomes] == [
        "all/a/b.toml",
        "all/a/c.toml",
        "all/b.toml",
        "alone.toml",
    ]
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert all(one.held for one in outcomes)


def test_what_cannot_be_read_is_told_and_the_rest_is_run(story, cast, tmp_path):
    wrong = story.write("title = 5\n", "a.toml")
    right = story.write(cast + story.steps('2024-11-05T10:00:00; do = "sweep"'), "b.toml")
    outcomes = run_paths([wrong, right])
    assert [(one.path, one.held) for one in outcomes] == [(wrong, False), (right, True)]
    assert [problem.where for problem in outcomes[0].problems] == ["title", "step"]


def test_a_path_that_is_not_there(tmp_path):
    [outcome] = run_paths([tmp_path / "none"])
    assert outcome.problems == (Problem("the path", "names no file or folder", "correct it"),)


def test_a_folder_without_a_scenario(tmp_path):
    [outcome] = run_paths([tmp_path])
    assert outcome.problems == (Problem("the folder", "holds no scenario", "put .toml files into it"),)
