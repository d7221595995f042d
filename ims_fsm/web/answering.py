"""Answers over HTTP: JSON of the shapes that `answers.toml` declares, and the models that describe them in OpenAPI.

Imports FastAPI, pydantic and the shapes. A model only describes: what is answered is written once, as bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from itertools import chain
from typing import Annotated, Any

import orjson
from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from ims_fsm.answers.shapes import SCALARS, Writer, closed_set, shape
from ims_fsm.web.problems import in_requests

JSON = "application/json"
plain = Writer(in_requests).plain
_TYPES: Mapping[str, Any] = {"int": int, "number": float, "bool": bool, "date": date, "moment": datetime}


@cache
def model_of(type_name: str) -> Any:
    """Return the type that describes a declared type: a model for a shape."""
    if type_name.endswith("?"):
        return model_of(type_name[:-1]) | None
    if type_name.startswith("["):
        return list[model_of(type_name[1:-1])]  # type: ignore[misc]  # a type that is made when the program runs
    if type_name.startswith("{"):
        return dict[str, model_of(type_name[1:-1])]  # type: ignore[misc]  # as above
    if type_name in SCALARS:
        schema = SCALARS[type_name].schema
        return _TYPES.get(type_name) or (Annotated[str, WithJsonSchema(schema)] if schema else Any)
    return closed_set(type_name) or _model(type_name)


def _model(name: str) -> type[BaseModel]:
    described = shape(name)
    members: dict[str, Any] = {
        member.name: (model_of(member.type), Field(description=member.says or None)) for member in described.members
    }
    config = ConfigDict(extra="allow" if described.is_open else "forbid", title=name)
    return create_model(name, __config__=config, __doc__=described.says, **members)


def answered(type_name: str, value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return a value as JSON of a declared type."""
    return Response(orjson.dumps(plain(type_name, value)), status, headers, JSON)


def streamed(type_name: str, head: Mapping[str, object], entries: Iterable[Any]) -> Response:
    """Return an answer whose last member is a list, written as its entries come; the first is awaited."""
    last = shape(type_name).members[-1]
    begin = orjson.dumps(plain(type_name, {**head, last.path: []})).removesuffix(b"]}")
    coming = iter(entries)
    first = [entry for entry in [next(coming, None)] if entry is not None]

    def parts() -> Iterator[bytes]:
        yield begin
        for number, entry in enumerate(chain(first, coming)):
            yield (b"," if number else b"") + orjson.dumps(plain(last.type[1:-1], entry))
        yield b"]}"

    return StreamingResponse(parts(), media_type=JSON)
