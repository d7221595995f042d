"""Answers as JSON on the command line, in the shapes that `answers.toml` declares; `schema`.

Imports Typer and the shapes; asks nothing and decides nothing.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ims_fsm.answers import shapes
from ims_fsm.answers.shapes import Schema, Writer, declared, shape
from ims_fsm.cli.call import Call, command
from ims_fsm.cli.failures import as_json_text, in_commands
from ims_fsm.cli.output import verbatim
from ims_fsm.errors import InputError, Problem
from ims_fsm.terms.spelling import hinted

ERROR = "error"
# A list written as it comes is opened and closed around its entries.
_EMPTY_LIST = "]\n}"
plain = Writer(in_commands).plain


def emit(name: str, value: object, *, indent: int | None = 2) -> None:
    """Print the answer of a command as JSON; without an indent on one line."""
    answer = plain(declared()["answers"][name], value)
    sys.stdout.write(as_json_text(answer, indent) + "\n")


def emit_each(name: str, head: Mapping[str, Any], entries: Iterable[Any]) -> None:
    """Print the answer of a command whose last member is a list, entry by entry as they come."""
    answer = declared()["answers"][name]
    last = shape(answer).members[-1]
    empty = as_json_text(plain(answer, {**head, last.path: []}))
    sys.stdout.write(empty.removesuffix(_EMPTY_LIST))
    separator = "\n"
    for entry in entries:
        text = as_json_text(plain(last.type[1:-1], entry))
        sys.stdout.write(separator + textwrap.indent(text, "    "))
        separator = ",\n"
    sys.stdout.write(_EMPTY_LIST + "\n" if separator == "\n" else "\n  " + _EMPTY_LIST + "\n")


def schema_of(name: str) -> Schema:
    """Return the JSON Schema of the answer of a command; raises `InputError` for a command that there is not."""
    answers = declared()["answers"]
    if name not in answers:
        remedy = hinted(name, answers, f"name one of {', '.join(answers)}")
        raise InputError("schema", [Problem(repr(name), "is not a command", remedy)])
    definitions: dict[str, Schema] = {}
    shapes.define(answers[name], definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"ims-fsm {name} --json" if name != ERROR else "an error of ims-fsm --json",
        **shapes.schema_of(answers[name]),
        **({"$defs": dict(sorted(definitions.items()))} if definitions else {}),
    }


def file_name(name: str) -> str:
    """Return the file of a command's schema: "2b-show.json".

    >>> file_name("list --summary")
    'list-summary.json'
    """
    return re.sub(r"[ -]+", "-", name) + ".json"


@command("schema")
def schema(call: Call, words: list[str] | None = None, *, out: Path | None = None) -> None:
    """Print the JSON Schema of what a command answers with --json; "error" is that of every error."""
    names = list(declared()["answers"])
    if out is not None:
        files = call.outputs.write_all({out / file_name(name): _text(schema_of(name)).encode() for name in names})
        call.answer(lambda: verbatim(f"{out}: {len(files)} schemas"), {"files": files}, "--out")
    elif words:
        sys.stdout.write(_text(schema_of(" ".join(words))))
    else:
        call.answer(lambda: verbatim("\n".join(names)), {"commands": names})


def _text(schema: dict[str, object]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
