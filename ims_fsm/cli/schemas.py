"""`schema`: the JSON Schema of what a command answers with `--json`.

Imports Typer and the shapes of the answers; opens nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from ims_fsm.cli.call import Call, command
from ims_fsm.cli.output import verbatim


@command("schema")
def schema(
    call: Call,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[COMMAND]", help="A command, like 2b show; default: list them.")
    ] = None,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Write the schema of every command, a file each.")
    ] = None,
) -> None:
    """Print the JSON Schema of what a command answers with --json; "error" is that of every error."""
    from ims_fsm.cli.answers import declared, file_name, schema_of

    names = list(declared()["answers"])
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name in names:
            (out / file_name(name)).write_text(_text(schema_of(name)), "utf-8", newline="\n")
        call.answer(
            lambda: verbatim(f"{out}: {len(names)} schemas"),
            {"files": [out / file_name(name) for name in names]},
            "--out",
        )
    elif words:
        typer.echo(_text(schema_of(" ".join(words))), nl=False)
    else:
        call.answer(lambda: verbatim("\n".join(names)), {"commands": names})


def _text(schema: dict[str, object]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
