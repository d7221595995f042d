"""Writes docs/reference: every command, table, setting of the environment, key of the grammar and public name.

`make reference` runs it; a test holds the pages to what it would write.
"""

from __future__ import annotations

import inspect
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import ims_fsm
from ims_fsm import errors, store
from ims_fsm.answers.shapes import declared
from ims_fsm.cli.app import PLACES, command_of
from ims_fsm.law.lessons import grammar
from ims_fsm.store.tables import Table
from tests import story_lookups as story

ROOT = Path(__file__).parent.parent
REFERENCE = ROOT / "docs" / "reference"
COMMANDS = tomllib.loads((ROOT / "ims_fsm/cli/commands.toml").read_text("utf-8"))
NOTE = "<!-- Written by make reference; do not edit. -->"
#: Rooms of public names, each a page: its title and what is on it.
ROOMS = {
    "workflow": ("The face", "`IMS`, its desks, and what their calls answer."),
    "record": ("Records", "Values that the face answers: records, returns, refusals, logs, deadlines."),
    "law": ("The law", "Declarations, decisions, refusals, hooks."),
    "terms": ("Words of the field", "Documents, kinds, states, periods, money, who acts."),
    "errors": ("Errors", "What is raised on purpose."),
    "formats": ("Files", "The portal's files and registers, as bytes and values."),
    "proof": ("Proofs", "Checkpoints, keys, proofs and their check."),
    "draw": ("Pictures", "Machines drawn."),
    "store": ("What is kept", "Values that the store answers itself."),
}


def pages() -> dict[Path, str]:
    """Return the text of every page by its place."""
    texts = {
        "commands.md": commands(),
        "tables.md": tables(),
        "configuration.md": configuration(),
        "grammar.md": keys(),
        "errors.md": codes(),
        "scenarios.md": scenarios(),
        **{f"api/{room}.md": text for room, text in api()},
    }
    return {REFERENCE / name: f"{NOTE}\n\n{text.rstrip()}\n" for name, text in texts.items()}


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def table(heads: str, rows: Iterator[str] | list[str]) -> str:
    """Return a table; "" where it has no rows."""
    lines = list(rows)
    return "\n".join([row(*heads.split(", ")), f"|{'---|' * len(heads.split(', '))}", *lines]) + "\n" if lines else ""


# --- commands ---------------------------------------------------------------------------------------------------------


def leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Give a command, or those of a group, each by its whole name."""
    inner = getattr(command, "commands", None)
    if not inner:
        yield name, command
    for part, member in (inner or {}).items():
        yield from leaves(f"{name} {part}", member)


def every_command() -> list[tuple[str, Any]]:
    """Return every command in the order of the help."""
    return [leaf for name in PLACES for leaf in leaves(name, command_of(name))]


def commands() -> str:
    """Return the page of commands."""
    every = every_command()
    shared = {str(option(p)): option(p) for _, command in every for p in command.params if p.help in SHARED}
    sections = [section(name, command) for name, command in every]
    return "\n".join(["# Commands\n", INTRODUCTION, table(OPTION, list(shared.values())), *sections])


INTRODUCTION = """What each command takes, an example, and the JSON Schema of its answer with `--json`.
Exit codes: 0 success, 1 refusal or failed check, 2 invalid input or usage, 3 done but not told, or maybe so.

Options that many commands share stand here, and below by their names alone.
"""
OPTION = "Takes, Value, What it is"
COMMON = ("gstin", "key", "actor", "db", "as_json", "at", "backdate", "calendar", "roles", "force")
SHARED = {words if isinstance(words, str) else words["help"] for words in (COMMANDS["every"][name] for name in COMMON)}
SHARED |= {COMMANDS["each"]["gstin"]["help"]}


def section(name: str, command: Any) -> str:
    """Return what is said of one command."""
    schemas = [answer for answer in declared()["answers"] if answer == name or answer.startswith(f"{name} --")]
    example = COMMANDS.get("examples", {}).get(name)
    files = [(answer, f"{answer.replace(' --', '-').replace(' ', '-')}.json") for answer in schemas]
    parts = [
        f"## ims-fsm {name}\n",
        re.sub(r"\n(?!\n)", " ", command.help or "").replace("\n ", "\n\n") + "\n",
        f"```bash\n{example}\n```\n" if example else "",
        table(OPTION, [option(p) for p in command.params if p.name != "help" and p.help not in SHARED]),
        "Also: " + ", ".join(f"`{flag}`" for p in command.params if p.help in SHARED for flag in p.opts) + ".\n",
        "Answers: " + ", ".join(f"[`{answer}`](../schemas/{file})" for answer, file in files) + ".\n" if files else "",
    ]
    return "\n".join(filter(None, parts))


def option(parameter: Any) -> str:
    """Return a row about an argument or an option."""
    is_argument = parameter.param_type_name == "argument"
    flags = ", ".join(f"`{flag}`" for flag in [*parameter.opts, *parameter.secondary_opts])
    value = (parameter.metavar or "") if is_argument or not parameter.is_flag else ""
    value = value.strip("[]{}") if is_argument else value
    variable = f" `{parameter.envvar}`." if isinstance(parameter.envvar, str) else ""
    return row(f"`{value}`" if is_argument else flags, f"`{value}`" if value else "", (parameter.help or "") + variable)


# --- tables, environment, grammar, errors -----------------------------------------------------------------------------


def tables() -> str:
    """Return the page of tables and their columns."""
    text = """# Tables and columns

Every table of the database; the program alone writes them. Columns marked *key* are the primary key.
What the audit and a seal say of each column: [audit](../audit.md).
"""
    for module in pkgutil.walk_packages(store.__path__, "ims_fsm.store."):
        if ".migrations." not in module.name:
            import_module(module.name)
    entities = [mapper.class_ for mapper in Table._sa_registry.mappers]
    mapped = {entity.__table__.name: entity for entity in entities if entity.__module__.startswith("ims_fsm.")}
    for name, entity in sorted(mapped.items()):
        rows = [
            row(f"`{column.name}`", str(column.type).lower(), ", ".join(_marks(column)))
            for column in entity.__table__.columns
        ]
        text += f"\n## {name}\n\n{_first(entity)}\n\n{table('Column, Type, Marks', rows)}"
    return text


def _marks(column: Any) -> Iterator[str]:
    if column.primary_key:
        yield "key"
    if column.nullable:
        yield "may be null"
    for key in sorted(column.foreign_keys, key=str):
        yield f"refers to `{key.target_fullname}`"


def _first(thing: Any) -> str:
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())


def configuration() -> str:
    """Return the page of what the environment says."""
    named = {
        entry["envvar"]: entry.get("help", "")
        for entries in COMMANDS.values()
        for entry in entries.values()
        if isinstance(entry, dict) and isinstance(entry.get("envvar"), str)
    }
    read = {
        variable
        for path in (ROOT / "ims_fsm").rglob("*.py")
        for variable in re.findall(r'"(IMS_FSM_[A-Z_]+)"', path.read_text("utf-8"))
    }
    says = OTHERS | named
    rows = [row(f"`{variable}`", says.get(variable, "")) for variable in sorted(read | set(named))]
    return f"""# Configuration

What a command takes is said in its call, and what is said often in the environment; an option goes before the variable.
Settings of a house (matching, policy, layouts of registers) are kept in the database.

{table("Variable, What it says", rows)}"""


OTHERS = {
    "IMS_FSM_DEBUG": "Any value: an error that nobody expected is shown with its traceback.",
    "IMS_FSM_SERVED": "Set by `ims-fsm serve` for its own worker processes.",
    "IMS_FSM_SIGNOFF": "A folder with a sign-off machine of your own; default: the one that ships.",
}


def keys() -> str:
    """Return the page of every key of the grammar of machines/."""
    text = """# The grammar of machines/

Every key of a declaration, by its table; step by step: [a machine of your own](../machines.md).
"""
    for kind, entries in grammar().items():
        rows = [row(f"`{key}`", says["is"], f"`{says['like']}`") for key, says in entries.items() if "is" in says]
        text += f"\n## {kind}\n\n{table('Key, What it is, Like', rows)}"
    return text


def codes() -> str:
    """Return the page of the errors' codes."""
    kinds = [kind for _, kind in sorted(vars(errors).items()) if inspect.isclass(kind)]
    raised = {kind.code: kind for kind in kinds if issubclass(kind, errors.ImsFsmError)}
    raised |= {
        kind.code: kind
        for kind in (getattr(ims_fsm, name) for name in dir(ims_fsm))
        if inspect.isclass(kind) and issubclass(kind, errors.ImsFsmError) and "code" in vars(kind)
    }
    rows = [row(f"`{code}`", f"`{kind.__name__}`", _first(kind)) for code, kind in sorted(raised.items())]
    return f"""# Codes of errors

Where a call cannot be done, its error has a code that stays: `error.code` in Python, with `--json` and over HTTP.
Codes of **refusals**, each with its rules: [refusals](../lifecycle/refusals.md).

{table("Code, In Python, What it is", rows)}"""


def scenarios() -> str:
    """Return the page of a story's file."""
    keys = "Key, Like, Left out"
    parts = [SCENARIOS.format(stories=stories())]
    for title, model in story.TABLES.items():
        more = " ".join((inspect.getdoc(model) or "").partition("\n\n")[2].split())
        rows = table(keys, [row(*cells) for cells in story.rows(model)])
        parts.append("\n\n".join(filter(None, [f"## {title}", more, rows])))
    parts.append(f"## What a step does\n\n{table('`do`, What it is, Takes', [row(*cells) for cells in story.verbs()])}")
    parts.append("## What a step expects\n\nBelow `expect`, in one table each.\n")
    for of, named in story.expectations():
        parts.append(f"### Of {of}\n\n{table(keys, [row(*cells) for cells in named])}")
    return "\n".join(parts)


def stories() -> str:
    """Return how many scenarios there are, in hundreds."""
    return f"more than {len(list((ROOT / 'tests' / 'scenarios').rglob('*.toml'))) // 100}00"


SCENARIOS = """# Scenarios

A scenario is a story in TOML: who is there, which documents, what happens when, and what is to come of it.
`ims-fsm scenario run FILE` plays it through the whole program, in memory, and says what does not hold.

[One of them](../../tests/scenarios/faq_31_rejected_then_accepted.toml) explains its keys; there are {stories} in
`tests/scenarios`. Stories of a law of your own: [a machine of your own](../machines.md#as-a-story).

Amounts are rupees in quotes; moments are Indian Standard Time, without an offset.
All that is wrong with a file is told at once.
"""


# --- names ------------------------------------------------------------------------------------------------------------


def api() -> Iterator[tuple[str, str]]:
    """Give the page of each room of public names."""
    homes: dict[str, list[str]] = {room: [] for room in ROOMS}
    for name in dir(ims_fsm):
        if name.startswith("_"):
            continue
        home = _homes().get(name, "ims_fsm.terms").split(".")[1]
        homes[home if home in homes else "errors" if home == "files" else "terms"].append(name)
    for room, (title, about) in ROOMS.items():
        entries = "\n\n".join(f"::: ims_fsm.{name}" for name in homes[room])
        yield room, f"# {title}\n\n{about} On the site each name has its text, signature and members.\n\n{entries}"


def _homes() -> dict[str, str]:
    text = (ROOT / "ims_fsm/__init__.py").read_text("utf-8")
    return {name: module for module, name in re.findall(r"^    from (\S+) import \w+ as (\w+)$", text, re.MULTILINE)}


if __name__ == "__main__":
    for page, text in pages().items():
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, "utf-8")
