"""The commands there are, what they load, and how the program ends when it is run for real."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer import Context
from typer.main import get_group

from ims_fsm.cli.app import PLACES, app, command_of, summary_of
from ims_fsm.cli.call import COMMANDS
from ims_fsm.cli.parameters import EXAMPLES, WORDS

FIXED = [
    *("demo", "import", "list", "show", "history", "act", "check", "explain", "what-if", "2b", "3b", "sweep"),
    *("supplier-view", "liabilities", "export", "verify", "draw", "scenario", "audit", "migrate", "events"),
    *("original", "taxpayer", "rules", "pages", "apply", "schema"),
    *("serve", "token"),
]


def program(*arguments, cwd, **options):
    command = [sys.executable, "-m", "ims_fsm", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, **options)


def test_every_command_is_offered(bare):
    shown = bare("--help").ended(0).out
    offered = re.findall(r"^  ([a-z0-9][a-z0-9-]*)  ", shown, re.MULTILINE)
    assert {*FIXED} <= {*offered}


@pytest.mark.parametrize(
    "command",
    [
        *FIXED,
        *("2a show", "2b generate", "2b show", "2b export", "2b compare", "3b file"),
        *("scenario run", "audit verify", "audit seal", "export json"),
    ],
)
def test_every_command_has_help_and_json(bare, command):
    shown = bare(*command.split(), "--help").ended(0).out
    assert "--json" in shown or "Commands" in shown


def test_without_a_command_it_says_where_to_begin_with_commands_that_exist(bare):
    lines = [line.split() for line in bare().ended(0).out.splitlines() if line.startswith("  ")]
    assert len(lines) == 8
    assert all(program == "ims-fsm" and (name == "--help" or name in PLACES) for program, name, *_ in lines)


def test_the_version_is_told(bare):
    assert re.fullmatch(r"ims-fsm \d+\.\d+\.\d+\n", bare("--version").ended(0).out)


def commands():
    """Every command that does something, by its whole name."""
    loaded = [command_of(name) for name in PLACES]
    assert loaded
    return {name for name, member in COMMANDS.items() if not hasattr(member, "registered_commands")}


def test_every_command_has_an_example_that_it_takes():
    assert commands() == WORDS[EXAMPLES].keys()
    root = get_group(app)
    for name, line in WORDS[EXAMPLES].items():
        program, *words = shlex.split(line)
        context, command = Context(root, info_name=program), root
        while hasattr(command, "resolve_command"):
            _, command, words = command.resolve_command(context, words)
        assert (program, command.make_context(name, words, parent=context).info_name) == ("ims-fsm", name)


def test_a_help_names_no_type_of_a_programming_language():
    root = get_group(app)
    for name in commands():
        shown = help_of(root, name.split())
        assert not re.search(r"<\w+>|\bNone\b|\bstr\b|\[\[|list\[|<=x|x[<>]=", shown), shown
        assert shown.endswith(f"Example:\n  {WORDS[EXAMPLES][name]}")


def help_of(root, names):
    context, command = Context(root, info_name="ims-fsm"), root
    for name in names:
        command = command.get_command(context, name)
        context = Context(command, info_name=name, parent=context)
    return command.get_help(context)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("explain credit", {"credit_note", "credit_note_amendment"}),
        ("explain credit_note keep", {"keep_pending"}),
        ("rules faq.11.", {"faq.11.a", "faq.11.b", "faq.11.c", "faq.11.d"}),
        ("draw bill", {"bill_of_entry"}),
        ("draw --edition IMS-2025", {"IMS-2025-10"}),
        ("draw --highlight pending_st", {"pending_stays"}),
        ("draw gstr2b --only draft,st", {"draft,stale"}),
        ("draw --language h", {"hi"}),
        ("timeline --state 27", {"27"}),
        ("list --gstin 27AA", {"27AAPFU0939F1ZV"}),
        ("recommend --gstin a", {"all"}),
        ("show 1", {"1", *(str(number) for number in range(10, 20))}),
        ("act accept 2", {"2", *(str(number) for number in range(20, 27))}),
        ("show --gstin 29AABCT1332L1ZA 1", set()),
        ("show --db postgresql://nobody@127.0.0.1:1/none 1", set()),
        ("show --db sqlite:///nothing.db 1", set()),
    ],
)
@pytest.mark.sqlite("a shell asks another process, which opens the file")
def test_a_shell_is_offered_what_there_is(run, words, offered):
    asked = run(_IMS_FSM_COMPLETE="complete_bash", COMP_WORDS=f"ims-fsm {words}", COMP_CWORD=str(words.count(" ") + 1))
    assert {*asked.out.split()} == offered


def test_every_command_is_where_the_table_says_and_the_help_tells_what_it_does():
    for name in PLACES:
        command, summary = command_of(name), summary_of(name)
        assert (command.name, summary.name, summary.help) == (name, name, command.help)
        assert summary.rich_help_panel == command.rich_help_panel


@pytest.mark.sqlite("another process")
def test_a_command_loads_no_other(tmp_path):
    asked = "import sys; print(*sorted(n[12:] for n in sys.modules if n.startswith('ims_fsm.cli.')), file=sys.stderr)"
    code = f"from ims_fsm.cli.app import app\ntry:\n    app(['rules', 'faq.11'])\nfinally:\n    {asked}"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == "app call completion failures help law options output parameters turns words\n"


LIGHT = """
import sys
from ims_fsm.cli.app import app
unwanted = {"sqlmodel", "sqlalchemy", "alembic", "apscheduler", "pygraphviz", "typst", "ims_fsm.draw.diagrams"}
# Typer's help loads all of Rich and what Rich loads.
plain = {"pydantic", "ims_fsm.draw.svg", "ims_fsm.draw.mermaid"}
for line in sys.argv[1:]:
    try:
        app(line.split())
    except SystemExit as end:
        assert end.code == 0, end.code
    unwanted -= {"ims_fsm.draw.diagrams"} if line.startswith("draw") else set()
    plain -= plain if line.endswith("--help") else set()
    print(line, sorted((unwanted | plain) & sys.modules.keys()), file=sys.stderr)
"""


@pytest.mark.sqlite("another process")
def test_a_command_that_needs_no_database_loads_none(tmp_path):
    lines = [
        "explain credit_note keep_pending",
        "explain invoice accept --state frozen",
        "rules faq.11",
        "draw credit_note --format dot --out pictures",
        "list --help",
        "--help",
    ]
    command = [sys.executable, "-c", LIGHT, *lines]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines() == [f"{line} []" for line in lines]


@pytest.mark.sqlite("another process opens the file")
def test_the_program_ends_with_1_when_it_refuses_and_says_why(run, tmp_path, ids):
    note = ids("KCN/24/15")
    done = program("act", "keep_pending", "--id", note, "--at", "2024-11-12T10:00", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "faq.11.a: 1 record" in done.stdout
    assert done.stderr == ""


@pytest.mark.sqlite("another process")
def test_the_program_ends_with_2_and_one_line_when_a_file_is_not_there(tmp_path):
    done = program("import", "nothing.json", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: nothing.json does not exist; correct the path\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.sqlite("another process")
def test_the_program_ends_with_3_when_nobody_reads_its_answer(tmp_path):
    command = [sys.executable, "-m", "ims_fsm", "rules"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        done.stdout.close()
        assert done.stderr.read() == b""
    assert done.returncode == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.sqlite("another process opens the file")
def test_the_program_ends_with_3_when_the_disk_is_full_and_its_work_is_done(run, tmp_path, ids):
    note = ids("KCL/24-25/0412")
    command = [sys.executable, "-m", "ims_fsm", "act", "accept", "--id", str(note), "--at", "2024-11-12T10:00"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr.count(b"\n")) == (3, 1)
    assert run("show", note, "--json").ended(0).json["state"] == "accepted"


@pytest.mark.sqlite("another process")
def test_what_a_terminal_cannot_show_ends_nothing(tmp_path):
    environment = {"PYTHONIOENCODING": "ascii", "PATH": "", "PYTHONPATH": ":".join(sys.path)}
    done = program("rules", "faq.11.a", cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    assert "quote: ?... A. Original Credit note" in done.stdout


@pytest.mark.sqlite("another process")
def test_the_demo_runs_as_a_program(tmp_path):
    done = program("demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert ". Every step can be proved" in done.stdout
    assert not list(tmp_path.iterdir())
