"""Problems over HTTP (RFC 9457): every error of the face as a status, a code, a sentence, its rule and its remedy.

Imports FastAPI and the errors. A route answers its own problems, so that a host's handlers stay as they are.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from ims_fsm import ImsFsmError, InputError, RefusedError, StoreError
from ims_fsm.errors import Outcome
from ims_fsm.terms.characters import visible

MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "X-Request-ID"
# An id that a caller gives is taken where it is short and plain; else the request gets one.
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_log = logging.getLogger("ims_fsm.web")
# What the face calls by a function, by the request that does it.
_REQUESTS = {
    r'register it first: register\(Taxpayer\(gstin="(\w+)", …\)\)': r"have them registered: PUT /taxpayers/\1",
    r'register them first: register\(Taxpayer\(gstin="(\w+)", …\)\)': r"have them registered: PUT /taxpayers/\1",
    r'recipient\("(\w+)", …\)\.generate_2b\("([\d-]+)"\)': r"POST /recipients/\1/2b/\2",
    r'\bfile_3b\("([\d-]+)"\)': r"POST …/3b/\1",
    r"\bexport_upload\(\)": "POST …/upload",
    r"\breset\(…\)": "the action reset",
    r"import_download\(…, made_at=…\)": "made_at in the form",
    r"import_download\(…, complete=True\)": "complete=true in the form",
    r"\b(?:records|recipients)\(\)": "GET …/records",
    r"\bsee signoffs\b": "see GET …/signoffs",
    r"\bsee list\(\)": "see GET /cases/{machine}",
    r"\bconsent=True": 'the body {"consent": true}',
}


class ProblemPart(BaseModel):
    """One of several things that are wrong."""

    detail: str
    pointer: str | None = Field(None, description="Where in the body it is, as a JSON pointer.")
    parameter: str | None = Field(None, description="The parameter or header that it is about.")
    code: str | None = None
    rule: str | None = None
    remedy: str | None = None


class HttpProblem(BaseModel):
    """What is wrong (RFC 9457), with the rule that refuses it and what mends it."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="Names the sort of problem; the code as a URN.")
    title: str
    status: int
    detail: str = Field(description="The sentence for a person.")
    instance: str = Field(description="The path that was called.")
    code: str = Field(description="A stable word for programs.")
    rule: str | None = Field(None, description="The rule of the law that refuses it; see /law/rules.")
    remedy: str | None = None
    errors: list[ProblemPart] | None = Field(None, description="Every fault or refusal, where there are several.")


class HttpError(Exception):
    """A problem of the request itself, which no call of the face has met."""

    def __init__(
        self, status: int, code: str, detail: str, remedy: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Keep the status, the stable code, the sentence and what mends it."""
        self.status, self.code, self.detail, self.remedy, self.headers = status, code, detail, remedy, headers
        super().__init__(detail)


def in_requests(said: Any) -> str:
    """Return what the face says with the requests that do what it names.

    >>> in_requests("see records()")
    'see GET …/records'
    """
    text = str(said)
    for call, written in _REQUESTS.items():
        text = re.sub(call, written, text)
    return text


def statuses(*codes: int) -> dict[int | str, dict[str, Any]]:
    """Return what a route says of the problems that it answers with, for its description."""
    schema = HttpProblem.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs")
    schema["properties"]["errors"]["anyOf"][0]["items"] = parts["ProblemPart"]
    content = {MEDIA_TYPE: {"schema": schema}}
    return {code: {"description": _DESCRIPTIONS[code], "content": content} for code in codes}


_DESCRIPTIONS = {
    400: "The body is not JSON, or a part of the form is not there.",
    401: "Nobody is authenticated.",
    403: "It is not for the roles of whoever calls.",
    404: "It is not here, or it is another taxpayer's.",
    409: "The rules refuse it, or another request was first.",
    412: "The record has changed since the version that was named.",
    413: "The request is larger than is taken.",
    415: "The body is of another media type.",
    422: "The request cannot be read.",
    428: "The version that the action was chosen on is to be named.",
    429: "Too many wrong tokens.",
    503: "The database cannot be used now.",
}
_STATUSES: Mapping[Outcome, int] = {
    "refused": 409,
    "not_permitted": 403,
    "not_here": 404,
    "conflict": 409,
    "bad_input": 422,
    "unusable": 503,
}
STALE = "stale_version"


def status_of(error: ImsFsmError) -> int:
    """Return the status of an error; 412 where the record has moved since the version that a request named."""
    if isinstance(error, RefusedError) and error.code == STALE:
        return 412
    return _STATUSES.get(error.outcome, 500)


def described(error: Exception) -> tuple[int, str, dict[str, Any], Mapping[str, str] | None]:
    """Return an error's status, code, what else its problem has, and headers."""
    match error:
        case HttpError():
            return error.status, error.code, {"detail": error.detail, "remedy": error.remedy}, error.headers
        case RequestValidationError():
            return _misread(error)
        case HTTPException():
            code = re.sub(r"\W+", "_", str(error.detail)).strip("_").lower() or "error"
            return error.status_code, code, {"detail": str(error.detail)}, error.headers
        case RefusedError(refusals=refusals):
            parts = [{"detail": r.sentence, "code": r.code, "rule": r.rule, "remedy": r.remedy} for r in refusals]
            return status_of(error), error.code, {**parts[0], "errors": parts}, None
        case InputError(problems=problems):
            faults = [{"detail": f"{fault.where}: {fault.what}", "remedy": fault.remedy} for fault in problems]
            several = {"errors": faults} if len(faults) > 1 else {}
            return status_of(error), error.code, {**faults[0], **several}, None
        case ImsFsmError():
            status = status_of(error)
            return (
                status,
                error.code,
                {"detail": str(error)},
                {"Retry-After": "5"} if isinstance(error, StoreError) else None,
            )
    raise error


def _misread(error: RequestValidationError) -> tuple[int, str, dict[str, Any], None]:
    parts, is_json = [], True
    for fault in error.errors():
        place, *path = fault["loc"]
        is_json &= fault["type"] != "json_invalid"
        inside = [str(step) for step in path]
        where = {"pointer": "/".join(["#", *inside])} if place == "body" else {"parameter": ".".join(inside)}
        parts.append({"detail": str(fault["msg"]).removeprefix("Value error, "), **where})
    first = parts[0]
    detail = f"{first.get('pointer') or first.get('parameter')}: {first['detail']}"
    return 422 if is_json else 400, "request_unreadable", {"detail": detail, "errors": parts}, None


def problem(request: Request, error: Exception) -> Response:
    """Return the answer to a request that met an error; raises an error that is not one of ours."""
    status, code, more, headers = described(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        extra = {"ims_event": "request_failed", "ims_code": code, "ims_request": request_id(request)}
        _log.error("%s %s: %s: %s", request.method, visible(request.url.path), code, error, extra=extra)
    for part in more.get("errors", ()):
        part |= {name: in_requests(part[name]) for name in ("detail", "remedy") if name in part}
    whole: dict[str, Any] = {
        "type": f"urn:ims-fsm:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "instance": request.url.path,
        **{name: in_requests(part) if isinstance(part, str) else part for name, part in more.items()},
        "code": code,
    }
    return Response(orjson.dumps(whole), status, headers, MEDIA_TYPE)


def request_id(request: Request) -> str:
    """Return what a request is called by in logs: what its caller gave, where that is short and plain, or a new id."""
    state = request.scope.setdefault("state", {})
    if "ims_fsm_request_id" not in state:
        given = request.headers.get(REQUEST_ID, "")
        state["ims_fsm_request_id"] = given if _ID.fullmatch(given) else secrets.token_hex(8)
    return str(state["ims_fsm_request_id"])


def _is_known(request: Request, answer: Response) -> bool:
    """Say whether the caller has an answer already, by the ETag that they name (RFC 9110, 13.1.2)."""
    named = request.headers.get("If-None-Match", "")
    tags = {tag.strip().removeprefix("W/") for tag in named.split(",")}
    tag = answer.headers.get("ETag")
    return answer.status_code == 200 and tag is not None and not tags.isdisjoint({tag, "*"})  # noqa: PLR2004 -- an answer


class AnsweringRoute(APIRoute):
    """A route that answers its own errors, so that the host's handlers stay as they are."""

    @staticmethod
    def answer(request: Request, error: Exception) -> Response:
        """Write an error as the answer to a request."""
        raise NotImplementedError

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what handles a request."""
        handle = super().get_route_handler()

        async def answering(request: Request) -> Response:
            try:
                answer = await handle(request)
            except (HttpError, ImsFsmError, HTTPException, RequestValidationError) as error:
                answer = type(self).answer(request, error)
            if request.method == "GET" and _is_known(request, answer):
                answer = Response(status_code=304, headers={"ETag": answer.headers["ETag"]})
            answer.headers[REQUEST_ID] = request_id(request)
            return answer

        return answering


class ProblemRoute(AnsweringRoute):
    """A route whose errors are problems, and whose answers say which request they answer."""

    answer = staticmethod(problem)
    #: The methods of all routes of a path, which a route of one of them alone would not tell.
    of_path: ClassVar[dict[str, set[str]]] = {}

    def __init__(self, path: str, *given: Any, **how: Any) -> None:
        """Note the route's methods among those of its path."""
        super().__init__(path, *given, **how)
        self.of_path.setdefault(path, set()).update(self.methods or ())

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; one by another method than the path has is told which it has."""
        allowed = self.of_path[self.path]
        if scope["method"] in (self.methods or ()):
            await super().handle(scope, receive, send)
            return
        error = HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(sorted(allowed))})
        await problem(Request(scope), error)(scope, receive, send)
