"""What stands around every screen: layout, navigation, the reader's language, errors as pages, static files.

Imports FastAPI, Jinja2 and the admission; knows no particular screen.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.exceptions import HTTPException

from ims_fsm.terms.money import shown as rupees
from ims_fsm.terms.period import in_india
from ims_fsm.terms.vocabulary import EVERYONE
from ims_fsm.web.access import admits
from ims_fsm.web.admission import Admission
from ims_fsm.web.forgery import refuse_forged
from ims_fsm.web.languages import COOKIE, LANGUAGES, N_, catalogue, chosen, day
from ims_fsm.web.problems import AnsweringRoute, HttpError, described, request_id
from ims_fsm.web.screens.words import word

STATIC = Path(__file__).parents[1] / "static"
_MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FOREVER = "public, max-age=31536000, immutable"
MOST_IN_SWITCH = 12
_HEADINGS = {
    401: N_("Sign in first"),
    403: N_("You may not do this"),
    404: N_("Not found"),
    409: N_("Refused"),
    412: N_("Changed meanwhile"),
    413: N_("Too large"),
    422: N_("This cannot be read"),
    429: N_("Too many attempts"),
    503: N_("The database cannot be used now"),
}


# What the face calls by a function, by where it is done here.
_ON_SCREENS = {
    r'register (it|them) first: register\(Taxpayer\(gstin="(\w+)", …\)\)': r"an operator registers \1 first",
    r'recipient\("\w+", …\)\.generate_2b\("([\d-]+)"\)': r"generate the GSTR-2B of \1",
    r'\bgenerate_2b\("([\d-]+)"\)': r"generate the GSTR-2B of \1",
    r'\bfile_3b\("([\d-]+)"\)': r"record that GSTR-3B of \1 was filed",
    r"\bexport_upload\(\)": "make the upload for the portal",
    r"\breset\(…\)": "No action",
    r"import_download\(…, made_at=…\)": "When the portal made it",
    r"import_download\(…, complete=True\)": "It has everything",
    r"\b(?:records|recipients)\(\)": "the inward supplies",
    r"\bsee signoffs\b": "see Sign-off",
    r"\bconsent=True": "your consent",
}


@dataclass(frozen=True, slots=True)
class House:
    """What the dashboard is told by whoever serves it.

    `csrf` gives the token of a request's session, "" where it has none; `login` and `logout` are the addresses of the
    pages that begin and end a session, None where that is not for the dashboard to show.
    """

    csrf: Callable[[Request], str] = lambda _request: ""
    login: str | None = None
    logout: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A screen in the navigation: its operation, its title, and its path below the dashboard."""

    operation: str
    title: str
    path: str
    #: Whether there is anything to show.
    when: Callable[[Admission], bool] = lambda _admission: True


#: The screens of the navigation in the order of the parts, and the path of each operation below the dashboard.
ENTRIES: list[Entry] = []
PATHS: dict[str, str] = {}


class Screens:
    """The screens of a part of the dashboard, which the factory puts into a router of its own."""

    def __init__(self) -> None:
        """Begin with none."""
        self.router = APIRouter(route_class=ScreenRoute, include_in_schema=False)
        self.entries: list[Entry] = []

    def get(
        self, path: str, title: str = "", when: Callable[[Admission], bool] = lambda _admission: True
    ) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
        """Declare a screen; with a title it stands in the navigation. The function's name is the operation's.

        `when` says whether there is anything to show: else the navigation is without it.
        """
        return self._route("GET", path, title, when)

    def post(self, path: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
        """Declare what a form is sent to."""
        return self._route("POST", path, "", lambda _admission: False)

    def stream(self, path: str, function: Callable[..., Any], name: str) -> None:
        """Declare a stream of server-sent events that open pages follow."""
        PATHS[name] = path
        self.router.add_api_route(
            path, function, methods=["GET"], operation_id=name, response_class=EventSourceResponse
        )

    def _route(
        self, method: str, path: str, title: str, when: Callable[[Admission], bool]
    ) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
        def declare(function: Callable[..., Response]) -> Callable[..., Response]:
            name = function.__name__
            PATHS[name] = path
            if title:
                self.entries.append(Entry(name, title, path, when))
            self.router.add_api_route(path, function, methods=[method], operation_id=name, response_model=None)
            return function

        return declare


@cache
def digest(name: str) -> str:
    """Return what names the content of a static file."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:16]


def count(number: int) -> str:
    """Return a whole number as people in India read it.

    >>> count(100000), count(50)
    ('1,00,000', '50')
    """
    return rupees(number * 100)[:-3]


def moment(at: datetime) -> str:
    """Return a moment as it is in India, to the minute."""
    return f"{in_india(at):%Y-%m-%d %H:%M}"


@cache
def environment(language: str) -> Environment:
    """Return the templates in a language."""
    made = Environment(
        loader=PackageLoader("ims_fsm.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]  # the extension
    made.filters |= {"rupees": rupees, "count": count, "word": word, "moment": moment, "on_screens": on_screens}
    made.filters["day"] = lambda value: day(value, language)
    made.globals |= {"digest": digest, "LANGUAGES": LANGUAGES, "language": language}
    return made


def base_of(request: Request) -> str:
    """Return the address below which the dashboard is mounted; "" at the top."""
    route = request.scope.get("route")
    pattern = PATHS.get(getattr(route, "operation_id", None) or "", "")
    path = str(request.scope["path"])
    return path.removesuffix(pattern.format(**request.path_params)) if pattern else ""


def local(address: str) -> str:
    """Return an address of this site as it is, and "/" for one of another."""
    parts = urlsplit(address)
    is_local = not parts.scheme and not parts.netloc and address.startswith("/") and "\\" not in address
    return address if is_local and not address.startswith("//") else "/"


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody for a screen: who they are, what they may see, and how it is answered."""

    request: Request
    house: House
    #: None where nobody is admitted yet.
    admission: Admission | None
    base: str
    language: str
    #: A key for the forms of this page, so that one that is sent twice is done once.
    key: str = field(default_factory=lambda: f"form-{secrets.token_hex(8)}")

    @property
    def gstin(self) -> str | None:
        """The taxpayer whom the screen is about."""
        return self.request.path_params.get("gstin") if self.admission else None

    @property
    def here(self) -> str:
        """The address of this page with its query."""
        return self.request.url.path + (f"?{self.request.url.query}" if self.request.url.query else "")

    @property
    def csrf(self) -> str:
        """The token that the forms of this page have."""
        return self.house.csrf(self.request)

    @property
    def operation(self) -> str:
        """The operation that was called."""
        return getattr(self.request.scope.get("route"), "operation_id", None) or ""

    def may(self, operation: str) -> bool:
        """Say whether the caller's roles may call an operation."""
        return self.admission is not None and admits(operation, self.admission.principal.roles)

    def at(self, operation: str, **places: object) -> str:
        """Return the address of a screen; the taxpayer is this one where no other is named."""
        named = {"gstin": self.gstin, **self.request.path_params, **places}
        return self.base + PATHS[operation].format(**named)

    @property
    def entries(self) -> list[tuple[Entry, str]]:
        """The navigation: the screens that the caller may see, of this taxpayer and of none, with their addresses."""
        return [
            (entry, self.at(entry.operation))
            for entry in ENTRIES
            if self.may(entry.operation)
            and (self.gstin or "{" not in entry.path)
            and self.admission is not None
            and entry.when(self.admission)
        ]

    @property
    def others(self) -> list[str]:
        """The taxpayers whom the caller may turn to, if they are few."""
        gstins = sorted(self.admission.principal.gstins) if self.admission else []
        return gstins if EVERYONE not in gstins and len(gstins) <= MOST_IN_SWITCH else []

    def turned_to(self, gstin: str) -> str:
        """Return the address of this screen for another taxpayer, and of the home screen where it has no other's."""
        is_of_taxpayer = any(entry.operation == self.operation for entry in ENTRIES)
        return self.at(self.operation if is_of_taxpayer else "show_home", gstin=gstin)

    def say(self, text: str) -> str:
        """Return a text in the reader's language."""
        return catalogue(self.language).gettext(text)

    def show(self, template: str, status: int = 200, **parts: Any) -> HTMLResponse:
        """Return a page from a template."""
        text = environment(self.language).get_template(template).render(visit=self, base=self.base, **parts)
        return HTMLResponse(text, status, {"Vary": "Cookie, Accept-Language"})

    @staticmethod
    def on_screens(said: str) -> str:
        """Return what the face says with the screens on which the calls that it names are done."""
        return on_screens(said)

    def go(self, address: str) -> RedirectResponse:
        """Return an answer that leads to another page of this site."""
        return RedirectResponse(local(address), 303)


def visit_of(request: Request) -> Visit:
    """Return the visit that a request is, also where nobody is admitted."""
    state: Mapping[str, Any] = request.scope.get("state", {})
    language = chosen(request.cookies.get(COOKIE), request.headers.get("Accept-Language", ""))
    house = state.get("ims_fsm_house") or House()
    return Visit(request, house, state.get("ims_fsm"), base_of(request), language)


async def _visiting(request: Request) -> Visit:
    return visit_of(request)


Visiting = Annotated[Visit, Depends(_visiting)]


def entering(house: House) -> Callable[..., Any]:
    """Return the dependency that stands before the admission: it knows the house, and refuses forged requests."""

    async def enter(request: Request) -> None:
        request.scope.setdefault("state", {})["ims_fsm_house"] = house
        await refuse_forged(request, house.csrf(request))

    enter.__annotations__["request"] = Request
    return enter


def on_screens(said: str) -> str:
    """Return what the face says with the screens on which the calls that it names are done.

    >>> on_screens("see records()")
    'see the inward supplies'
    """
    for call, written in _ON_SCREENS.items():
        said = re.sub(call, written, said)
    return said


def page_of(request: Request, error: Exception) -> Response:
    """Return an error as a page: what happened, the rule, and what mends it; raises an error that is not ours."""
    visit = visit_of(request)
    status, code, more, headers = described(error)
    if status == 401 and visit.house.login and request.method == "GET":  # noqa: PLR2004 -- nobody is signed in
        return RedirectResponse(f"{visit.house.login}?next={quote(visit.here)}", 303)
    heading = visit.say(_HEADINGS.get(status, N_("This did not work")))
    if isinstance(error, HTTPException) and status == 404:  # noqa: PLR2004 -- no route has it, and says no more
        more["detail"] = visit.say(N_("There is no page at this address"))
    usual = {"detail": code, "rule": None, "remedy": None}
    lines = [{**usual, **line} for line in more.get("errors") or [more]]
    parts = [{name: on_screens(line[name] or "") for name in usual} for line in lines]
    answer = visit.show("error.html.j2", status, heading=heading, parts=parts, request_id=request_id(request))
    answer.headers.update(headers or {})
    return answer


class ScreenRoute(AnsweringRoute):
    """A route whose errors are pages."""

    answer = staticmethod(page_of)


def static_files() -> APIRouter:
    """Return the routes of what every page loads, for everybody; an address that names the content holds for ever."""
    made = APIRouter(route_class=ScreenRoute, include_in_schema=False)
    names = {path.name for path in STATIC.iterdir() if path.suffix in _MEDIA}

    @made.get("/static/{name}")
    def static_file(name: str, v: str = "") -> Response:
        if name not in names:
            raise HttpError(404, "not_here", f"{name} is not here", "reload the page")
        kept = _FOREVER if v == digest(name) else "no-cache"
        content = (STATIC / name).read_bytes()
        return Response(content, media_type=_MEDIA[Path(name).suffix], headers={"Cache-Control": kept})

    return made
