"""How a route is declared: its handler returns what the face answered, and the route writes it.

Imports FastAPI. The handler's name is the operation's, its docstring the description.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import wraps
from inspect import cleandoc, signature
from operator import attrgetter
from typing import Any, ParamSpec, TypeVar

from fastapi import APIRouter, Depends, Response
from fastapi.sse import EventSourceResponse

from ims_fsm.answers.shapes import declared
from ims_fsm.web.admission import dated_back
from ims_fsm.web.answering import JSON, answered, model_of
from ims_fsm.web.problems import ProblemRoute, statuses

P = ParamSpec("P")
T = TypeVar("T")
USUAL, CHANGING = (401, 403, 404, 422, 503), (400, 409, 413)


class Routes:
    """The routes of a part of the API, which the factory puts into a router of its own."""

    def __init__(self, tag: str) -> None:
        """Begin with none; `tag` is what they are about."""
        self.router, self.tag = APIRouter(route_class=ProblemRoute), tag

    def get(self, path: str, **how: Any) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """Declare a route that changes nothing."""
        return self._route("GET", path, USUAL, **how)

    def change(self, method: str, path: str, **how: Any) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """Declare a route that changes something."""
        return self._route(method, path, (*USUAL, *CHANGING), **how)

    def stream(self, path: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """Declare a stream of server-sent events; what it refuses, it refuses in a dependency, before it begins."""

        def declare(function: Callable[P, T]) -> Callable[P, T]:
            said = self._said(function, statuses(*USUAL))
            self.router.add_api_route(path, function, methods=["GET"], response_class=EventSourceResponse, **said)
            return function

        return declare

    def _said(self, function: Callable[..., Any], responses: dict[int | str, dict[str, Any]]) -> dict[str, Any]:
        says = cleandoc(function.__doc__ or "")
        return {
            "operation_id": function.__name__,
            "summary": says.splitlines()[0].rstrip("."),
            "description": says,
            "tags": [self.tag],
            "responses": responses,
        }

    def _route(  # noqa: PLR0913 -- what is declared of a route
        self,
        method: str,
        path: str,
        problems: Sequence[int],
        *,
        media: str | tuple[str, ...] = "",
        versioned: str = "",
        also: Sequence[int] = (),
        example: Any = None,
    ) -> Callable[[Callable[P, T]], Callable[P, T]]:
        """Declare a route.

        `answers.toml` has the type of its answer, or `media` is the media type of a file, or the types that it comes
        in; `versioned` is where the version of the record is that goes into the ETag; `also` are further problems,
        `example` is of the body.
        """
        needs = (
            [Depends(dated_back)]
            if CHANGING[0] in problems and ("{gstin}" in path or path.startswith("/cases/"))
            else []
        )

        def declare(function: Callable[P, T]) -> Callable[P, T]:
            answers = declared()["operations"].get(function.__name__, "")

            @wraps(function)
            def run(*args: P.args, **named: P.kwargs) -> Response:
                value = function(*args, **named)
                if isinstance(value, Response):
                    return value
                answer = answered(answers, value)
                if versioned:
                    answer.headers["ETag"] = _tag(attrgetter(versioned)(value), answer)
                return answer

            run.__dict__["__signature__"] = signature(function, eval_str=True)
            responses = {**_success(answers, media, versioned), **statuses(*problems, *also)}
            kept = _KNOWN if versioned and method == "GET" else {}
            responses |= kept.get("responses", {})
            said = self._said(function, responses) | {"response_model": None, "response_class": Response}
            said |= {"openapi_extra": _example(example, kept), "dependencies": needs}
            self.router.add_api_route(path, run, methods=[method], **said)
            return function

        return declare


def _tag(version: int, answer: Response) -> str:
    """Return the ETag of an answer: the version for If-Match, and a digest, for what may be done changes by itself."""
    return f'"{version}-{hashlib.blake2b(answer.body, digest_size=8).hexdigest()}"'


def _success(answers: str, media: str | tuple[str, ...], versioned: str) -> dict[int | str, dict[str, Any]]:
    says = "The record's version and the answer's digest, for If-Match and If-None-Match."
    tag = {"ETag": {"description": says, "schema": {"type": "string"}}}
    said: dict[str, Any] = {"description": "What was asked for.", "headers": tag if versioned else {}}
    if media:
        types = (media,) if isinstance(media, str) else media
        file = {"type": "string", "format": "binary"}
        said["content"] = {of: {"schema": {} if of == JSON else file} for of in types}
    else:
        said["model"] = model_of(answers)
    return {200: said}


_NONE_MATCH = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
_KNOWN: dict[str, Any] = {
    "parameters": [{**_NONE_MATCH, "description": "The ETag of the answer that the caller has."}],
    "responses": {304: {"description": "It is as it was, by If-None-Match."}},
}


def _example(example: Any, kept: dict[str, Any]) -> dict[str, Any] | None:
    if kept:
        return {"parameters": kept["parameters"]}
    return example and {"requestBody": {"content": {"application/json": {"example": example}}}}
