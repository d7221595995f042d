"""XES (IEEE 1849), read event by event: the parser is expat, which refuses any document type (defusedxml).

Knows no file and no machine. Read are the attributes of a trace and of an event and the defaults of `<global>`;
attributes of attributes, lists and extensions are passed over. Names count without their namespace.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, NamedTuple
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser

from ims_fsm.errors import InputError, Problem

DEEPEST, LONGEST, MOST_ATTRIBUTES = 32, 100_000, 1000
#: So many attributes of a trace may stand behind its first event; the standard has them all before it.
LATE = 16
#: So many times may attributes of traces stand in events, and once more for each byte: an event has more bytes than
#: its trace has attributes.
SPARED = 2_000_000
_CHUNK = 1 << 16
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
_NAME = "concept:name"
#: What stands before the name of an attribute of a trace.
OF_CASE = "case:"


class Element(NamedTuple):
    """An event with its line, and what it and its trace say by name."""

    line: int
    cells: Mapping[str, str]


def elements(stream: IO[bytes], name: str) -> Iterator[Element]:
    """Give the events of a document as they are read; raises `InputError` where it cannot be, in one sentence."""
    parser = create_parser(forbid_dtd=True)
    handler = _Handler(parser.getLineNumber)
    parser.setContentHandler(handler)
    with _refusing(name, parser):
        silent = size = 0
        while chunk := stream.read(_CHUNK):
            handler.heard = False
            parser.feed(chunk)
            # Expat holds what has no end yet: an attribute of a gigabyte would be one.
            silent = 0 if handler.heard else silent + len(chunk)
            if silent > 4 * LONGEST:
                raise _HostileError(f"has an element longer than {4 * LONGEST:,} bytes")
            size += len(chunk)
            if handler.handed_out > SPARED + size:
                raise _HostileError("has traces of very many attributes and very many events")
            yield from handler.events
            handler.events.clear()
        parser.close()
    if not handler.is_log:
        raise InputError(name, [Problem("the file", "is XML and no XES: it has no <log>", "give a log in XES or CSV")])


class _HostileError(Exception):
    """What no log has; its text says what."""


@contextmanager
def _refusing(name: str, parser: Any) -> Iterator[None]:
    try:
        yield
    except DefusedXmlException as error:
        what = f"has a document type or entities ({type(error).__name__}), and neither is read"
        raise InputError(name, [Problem("the file", what, "take the <!DOCTYPE …> out")]) from error
    except _HostileError as error:
        place = f"line {parser.getLineNumber()}"
        raise InputError(name, [Problem(place, str(error), "give a log as other tools write it")]) from error
    except SAXException as error:
        place, what = f"line {parser.getLineNumber()}", f"is not XML ({error.getMessage()})"
        raise InputError(name, [Problem(place, what, "write the log again")]) from error


class _Handler(ContentHandler):
    """What is heard of a document: the events that have ended since they were last taken."""

    def __init__(self, line: Callable[[], int]) -> None:
        super().__init__()
        self._line_now = line
        self.events: list[Element] = []
        self.heard = self.is_log = False
        self._path: list[str] = []
        self._defaults: dict[str, dict[str, str]] = {"trace": {}, "event": {}}
        self._trace: dict[str, str] = {}
        self._cells: dict[str, str] = {}
        self._line = self._traces = self._late = 0
        self._has_begun = False
        #: How often an attribute of a trace stood in an event.
        self.handed_out = 0

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 -- as above
        """Begin a trace, an event, or take an attribute of one."""
        local = name.rpartition(":")[2]
        inside = self._path[-1] if self._path else ""
        self.heard = True
        self._path.append(local)
        if len(self._path) > DEEPEST:
            raise _HostileError(f"is nested deeper than {DEEPEST} elements")
        if not inside:
            self.is_log = local == "log"
        elif local in _VALUES:
            self._take(inside, attrs)
        elif local == "trace":
            self._traces += 1
            self._late, self._has_begun = 0, False
            self._trace = {OF_CASE + _NAME: f"trace {self._traces}", **self._defaults["trace"]}
        elif local == "event":
            self._cells, self._line, self._has_begun = {}, self._line_now(), True
        elif local == "global":
            # Without a scope it is of events (IEEE 1849).
            self._path[-1] = f"global {attrs.get('scope', 'event')}"

    def _take(self, inside: str, attrs: Any) -> None:
        key, value = attrs.get("key", ""), attrs.get("value", "")
        if len(value) > LONGEST or len(key) > LONGEST:
            raise _HostileError(f"has an attribute longer than {LONGEST:,} characters")
        if inside == "event":
            cells = self._cells
        elif inside == "trace":
            cells, key = self._of_trace(), OF_CASE + key
        elif inside == "global event":
            cells = self._defaults["event"]
        elif inside == "global trace":
            cells, key = self._defaults["trace"], OF_CASE + key
        else:
            return
        cells[key] = value
        if len(cells) > MOST_ATTRIBUTES:
            raise _HostileError(f"has more than {MOST_ATTRIBUTES} attributes at one event")

    def _of_trace(self) -> dict[str, str]:
        """Return where an attribute of a trace goes: events that are behind it do not have it."""
        if self._has_begun:
            self._late += 1
            if self._late > LATE:
                raise _HostileError(f"has more than {LATE} attributes of a trace behind its first event")
            self._trace = dict(self._trace)
        return self._trace

    def endElement(self, name: str) -> None:  # noqa: N802 -- as above
        """End an event or a trace."""
        del name
        ended = self._path.pop()
        if ended == "event" and self._path[-1:] == ["trace"]:
            self.handed_out += len(self._trace)
            self.events.append(Element(self._line, ChainMap(self._cells, self._trace, self._defaults["event"])))
        elif ended == "trace":
            self._trace = {}

    def characters(self, content: str) -> None:
        """Hear that there is text, which says nothing."""
        self.heard = self.heard or bool(content)
