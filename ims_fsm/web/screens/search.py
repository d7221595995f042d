"""What the form of a list asks: what it leaves empty is not asked for, and its page has an address.

Imports pydantic and what a request may ask; knows no list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import Field, model_validator

from ims_fsm.web.asked import Asked

Text = Annotated[str, Field(max_length=200)]


class Search(Asked):
    """The base of what a form that is not posted asks; `after` is where a page begins."""

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        texts = {name: value.strip() if isinstance(value, str) else value for name, value in given.items()}
        return {name: value for name, value in texts.items() if value not in ("", [], [""])}

    def query(self, **changes: Any) -> str:
        """Return the query of this page with some of it changed: "?state=pending&sort=-tax"; "" where it is the usual.

        A changed filter begins at the first page.
        """
        kept = {name: getattr(self, name) for name in type(self).model_fields if name != "after"}
        usual = {name: field.default for name, field in type(self).model_fields.items()}
        pairs = [
            (name, {True: "true", False: "false"}.get(part, str(part)) if isinstance(part, bool) else str(part))
            for name, value in {**kept, **changes}.items()
            if value != usual.get(name) and value is not None
            for part in (value if isinstance(value, tuple) else (value,))
        ]
        return f"?{urlencode(pairs)}" if pairs else ""
