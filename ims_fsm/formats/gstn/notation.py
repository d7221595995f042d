"""JSON with exact amounts: reads numbers as `Decimal`, writes `Decimal` rupees with two places.

Knows JSON only, no section and no document; imports nothing above the errors. A float is never made.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import Any, NoReturn

from ims_fsm.errors import InputError, Problem


def no_constant(name: str) -> NoReturn:
    """Refuse NaN and the infinities, which JSON does not have; raises `ValueError`."""
    raise ValueError(f"{name} is not a number in JSON")


def members_of(pairs: list[tuple[str, Any]], repeated: dict[str, None]) -> dict[str, Any]:
    """Return the members of an object, and note in `repeated` each key that stands more than once."""
    members = dict(pairs)
    if len(members) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        repeated.update(dict.fromkeys(key for key, count in counts.items() if count > 1))
    return members


def loads(data: bytes | str, where: str) -> Any:
    """Read JSON text; numbers with a decimal point become `Decimal`, never a float.

    `where` names the file. Raises `InputError` for what is empty, packed, or not JSON, and for every key that stands
    twice in one object: JSON keeps the last one only, and the records under the other would be lost.
    """
    if not data.strip():
        raise refused(where, "file", "it is empty")
    if isinstance(data, bytes):
        refuse_archive(data, where)
    repeated: dict[str, None] = {}
    with readable(where):
        tree = json.loads(
            data.lstrip("\ufeff") if isinstance(data, str) else data,
            parse_float=Decimal,
            parse_constant=no_constant,
            object_pairs_hook=lambda pairs: members_of(pairs, repeated),
        )
    if repeated:
        raise InputError(where, twice(repeated))
    return tree


def refuse_archive(head: bytes, where: str) -> None:
    """Refuse a file that begins as an archive or a workbook does; raises `InputError`."""
    if head.startswith(b"PK\x03\x04"):
        raise InputError(where, [Problem("file", "it is an archive or a workbook", "unpack it and give the JSON file")])


@contextmanager
def readable(where: str) -> Iterator[None]:
    """Raise what reading JSON raises as `InputError`, with the place in the file."""
    try:
        yield
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise refused(where, place, f"it is not valid JSON here ({error.msg})") from error
    except UnicodeDecodeError as error:
        raise refused(where, f"byte {error.start}", "it is not text in UTF-8") from error
    except RecursionError as error:
        raise refused(where, "file", "it is nested too deeply for a file of the portal") from error
    except (ValueError, ArithmeticError) as error:
        raise refused(where, "file", f"it holds a number that cannot be read ({error})") from error


def twice(keys: Iterable[str]) -> list[Problem]:
    """Return the problem of each key that stands more than once in one object."""
    what, remedy = "stands twice in one object, and only the last would be read", "put what they hold under one key"
    return [Problem(json.dumps(key, ensure_ascii=False), what, remedy) for key in keys]


def decoded(value: Any) -> Any:
    """Return a value of a text that was read bit by bit, with its numbers as `Decimal`.

    Raises `ArithmeticError` for a number that cannot be read.
    """
    match value:
        case bytes():
            return Decimal(value.decode())
        case list():
            return [decoded(element) for element in value]
        case dict():
            return {key: decoded(member) for key, member in value.items()}
    return value


def refused(where: str, place: str, what: str) -> InputError:
    """Return the error that a file is spoilt at a place."""
    return InputError(where, [Problem(place, what, "download it from the portal again")])


def dumps(value: Any, indent: int | None = None) -> str:
    """Return JSON text in ASCII; a `Decimal` (rupees) becomes a number with exactly two places.

    Compact without `indent`, one member a line with it. Raises `TypeError` for a float or any other type that
    has no exact form, and for rupees with more than two places.

    >>> dumps({"val": Decimal("118000"), "pos": "27"})
    '{"val":118000.00,"pos":"27"}'
    """
    return "".join(_pieces(value, indent, 0))


def _pieces(value: Any, indent: int | None, depth: int) -> Iterator[str]:
    match value:
        case dict():
            colon = ":" if indent is None else ": "
            members = ((f"{encode_basestring_ascii(key)}{colon}", member) for key, member in value.items())
            yield from _group("{}", members, indent, depth)
        case list() | tuple():
            yield from _group("[]", (("", member) for member in value), indent, depth)
        case _:
            yield _scalar(value)


def _group(brackets: str, members: Iterator[tuple[str, Any]], indent: int | None, depth: int) -> Iterator[str]:
    inner = "" if indent is None else "\n" + " " * indent * (depth + 1)
    empty = True
    yield brackets[0]
    for label, member in members:
        yield f"{'' if empty else ','}{inner}{label}"
        yield from _pieces(member, indent, depth + 1)
        empty = False
    if indent is not None and not empty:
        yield "\n" + " " * indent * depth
    yield brackets[1]


def _scalar(value: Any) -> str:
    match value:
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            return encode_basestring_ascii(value)
        case int():
            return int.__repr__(value)
        case Decimal() if value.is_finite() and value == round(value, 2):
            return f"{value:.2f}"
    raise TypeError(f"{value!r} has no exact form in JSON; give rupees as a Decimal with two places")
