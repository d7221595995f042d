"""What commands take: their parameters' words, the options that commands share, and the bundles of them.

Imports Typer and what reads and completes a value; knows no command.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, get_args

from typer import Argument, Option

from ims_fsm.cli.completion import completer
from ims_fsm.cli.options import READERS
from ims_fsm.cli.words import Words, closed
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.principal import Principal

SQLITE = "sqlite:///"
DEFAULT_DB = f"{SQLITE}ims.db"
# The commands' own words, by command and by parameter.
WORDS: Mapping[str, Mapping[str, Any]] = tomllib.loads(Path(__file__).with_name("commands.toml").read_text("utf-8"))
EVERY, EACH, FILTERS, CHASING, EXAMPLES = "every", "each", "filters", "chasing", "examples"


def _shared(
    *,
    gstin: str | None = None,
    key: str | None = None,
    actor: Principal | None = None,
    db: str = DEFAULT_DB,
    as_json: bool = False,
    at: datetime | None = None,
    backdate: str | None = None,
    calendar: Path | None = None,
    own_law: list[Path] | None = None,
    owner: str = "",
    roles: Path | None = None,
    force: bool = False,
) -> None:
    """Declare the options that commands share."""


def _filters(
    *,
    state: list[str] | None = None,
    kind: list[str] | None = None,
    supplier: str | None = None,
    number: str | None = None,
    period: TaxPeriod | None = None,
    return_period: TaxPeriod | None = None,
    status: str | None = None,
    amended: bool | None = None,
    in_ims: bool | None = None,
    credit_until: str | None = None,
    original_unknown: bool | None = None,
    to_upload: bool | None = None,
    match: list[str] | None = None,
    where: list[str] | None = None,
) -> None:
    """Declare the options by which commands name records; `options.FILTERS` says what each means."""


def _chasing(
    *,
    period: TaxPeriod | None = None,
    reasons: list[str] | None = None,
    suppliers: list[str] | None = None,
    min_tax: int | None = None,
    older_than: int | None = None,
    again_after: int | None = None,
    rules: Path | None = None,
) -> None:
    """Declare the options that narrow whom suppliers are chased for; `ChaseFilter` says what each means."""


SHARED = inspect.signature(_shared, eval_str=True).parameters
FILTERING = inspect.signature(_filters, eval_str=True).parameters
# Options that several commands take together, by the table of their words.
BUNDLES = {FILTERS: FILTERING, CHASING: inspect.signature(_chasing, eval_str=True).parameters}


def worded(
    command_name: str, parameter: inspect.Parameter, base: str = EVERY, panel: str | None = None
) -> inspect.Parameter:
    """Return a parameter with what `commands.toml` says of it: an option if it is given by name, else an argument.

    `base` names the table that has what the command's own does not say, `panel` the option's section in the help.
    """
    said = said_of(command_name, parameter.name, base)
    said.pop("writes", None)
    stands_for = said.get("metavar", "")
    said["parser"], said["autocompletion"] = READERS.get(stands_for), completer(parameter.name, stands_for)
    flag = said.pop("flag", f"--{parameter.name.replace('_', '-')}")
    is_option = parameter.kind is inspect.Parameter.KEYWORD_ONLY
    if is_option:
        said |= {"rich_help_panel": panel, "metavar": stands_for or "|".join(closed(parameter.annotation)) or None}
    return parameter.replace(
        annotation=Annotated[parameter.annotation, Option(flag, **said) if is_option else Argument(**said)]
    )


def said_of(command_name: str, name: str, base: str = EVERY) -> dict[str, Any]:
    """Return what `commands.toml` says of a parameter: the table `base`, and over it the command's own."""
    said: dict[str, Any] = {}
    for words in (WORDS[base].get(name), WORDS.get(command_name, {}).get(name)):
        said |= {"help": words} if isinstance(words, str) else words or {}
    return said


def words_of(parameter: inspect.Parameter) -> Words | None:
    """Return how a parameter's value is told, and read, where it is a word."""
    kind, said, *_ = get_args(parameter.annotation)
    return Words.of(kind, said.parser, said.min, said.max)
