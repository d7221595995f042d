"""What tells a request of a page of this site from one that another site made a browser send.

Imports Starlette alone. Browsers say where a request comes from; a token of the session guards where one does not.
"""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.requests import Request

from ims_fsm.web.problems import HttpError

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
#: The field of a form that has the session's token.
CSRF_FIELD = "csrf"
#: How many fields a form may have: a page of records has four of each.
MOST_FIELDS = 2_000
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def csrf_token(secret: str) -> str:
    """Return what a form or a script of a session sends beside its cookie, which no other site can read."""
    return hmac.new(secret.encode(), b"csrf", "sha256").hexdigest()


def is_ours(request: Request) -> bool | None:
    """Say whether a request comes from a page of this site; None where the browser does not say."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return None if origin is None else urlsplit(origin).netloc == request.headers.get("Host")


async def refuse_forged(request: Request, token: str) -> None:
    """Raise `HttpError` for a request that another site may have made; `token` is its session's, "" where it has none.

    A browser that says nothing is believed where the request has the token, in its header or in a field of its form.
    """
    if request.method in SAFE or is_ours(request) is True:
        return
    given = request.headers.get(CSRF_HEADER, "")
    if not given and request.headers.get("Content-Type", "").startswith(_FORMS):
        given = str((await request.form(max_fields=MOST_FIELDS)).get(CSRF_FIELD, ""))
    if not (token and hmac.compare_digest(given.encode(), token.encode())):
        what = "the request may come from another site"
        raise HttpError(403, "forged", what, f"send the session's {CSRF_HEADER}, or a bearer token")
