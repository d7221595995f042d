"""People at work and open streams on a server of one and of two processes: how long answers and news take.

Imports the served program and the fixture. Whoever calls shares the machine with the server.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count, islice
from time import perf_counter, sleep
from typing import NamedTuple

from sqlalchemy import func, select

from benchmarks import fixture, proof
from benchmarks.databases import Place, postgresql, sqlite
from benchmarks.measure import Samples, require_equal
from benchmarks.result import Group, Size
from benchmarks.served import HOST, Browser, Server, clock, served, set_clock
from ims_fsm import IMS
from ims_fsm.store.connection import open_engine, reading, writing

USERS = {Size.SMALLEST: 2, Size.QUICK: 50, Size.FULL: 50}
SECONDS = {Size.SMALLEST: 1.0, Size.QUICK: 60.0, Size.FULL: 60.0}
STREAMS = {Size.SMALLEST: 2, Size.QUICK: 200, Size.FULL: 200}
NEWS = {Size.SMALLEST: 1, Size.QUICK: 40, Size.FULL: 60}
EACH = {Size.SMALLEST: 60, Size.QUICK: 2_000, Size.FULL: 2_000}
THINKS_S = {Size.SMALLEST: 0.05, Size.QUICK: 2.0, Size.FULL: 2.0}
SETTLES_S = {Size.SMALLEST: 1.5, Size.QUICK: 10.0, Size.FULL: 10.0}
SHAPE = fixture.Shape("open", "all may be accepted", (("open", 1),))
PAGES = ("home", "list", "next page", "record", "act", "GSTR-2B")


@dataclass
class Ran:
    """What users came to: seconds by what they asked for, what went wrong, and how many actions were done."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    acted: int = 0

    @property
    def all(self) -> list[float]:
        """The seconds of all requests, in order of size."""
        return sorted(wait for waits in self.waits.values() for wait in waits)


def measure(size: Size) -> Group:
    """Measure on SQLite and on PostgreSQL; of the smallest size on SQLite alone."""
    set_clock()
    group = Group("load", "People and open streams on a server")
    with ExitStack() as stack:
        _on(stack.enter_context(sqlite()), group, size)
        if size is not Size.SMALLEST:
            _on(stack.enter_context(postgresql()), group, size)
    group.says.append(
        f"{USERS[size]} users in browsers without scripts, each with a recipient of {EACH[size]:,} records, for "
        f"{SECONDS[size]:g} s: the home screen, the list, its next page, a record, an action on it, GSTR-2B, over and "
        f"over, with {THINKS_S[size]:g} s of thought on average before each. {STREAMS[size]} streams of events, "
        f"{NEWS[size]} actions one after the other: from the request to the arrival at each stream of that recipient. "
        "The users share the two cores with the server."
    )
    return group


def _on(place: Place, group: Group, size: Size) -> None:
    url, users = place.empty(), USERS[size]
    IMS(url, clock=clock()).close()
    engine = open_engine(url)
    with writing(engine) as connection:
        first = fixture.fill(connection, SHAPE, recipients=users, each=EACH[size])
    place.settled(url)
    with IMS(url, clock=clock()) as ims:
        made = [ims.tokens.issue(f"user{n}", roles=["recipient"], gstins=[fixture.gstin(n)]) for n in range(users)]
    tokens = [token.secret for token in made]
    # Users take a recipient's records from the first on; the actions that streams tell of take them from the last.
    last = ((n % users, first + (n % users + 1) * EACH[size] - 1 - n // users) for n in count())
    seconds, acted = {}, 0
    for workers in (1, 2):
        name = f"{place.name}, {workers} process{'es' * (workers > 1)}"
        with served(url, workers) as server:
            ran = _worked(server, tokens, size)
            _tell(group, name, ran, size)
            _tell_news(group, name, asyncio.run(_followed(server, tokens, last, size)), size)
        seconds[workers] = [ran.all[len(ran.all) // 2]]
        acted += ran.acted + NEWS[size]
    work = f"the median answer to all users, {place.name}, 2 processes"
    samples = Samples({"two": seconds[2], "one": seconds[1]})
    group.compare(f"{place.name}.processes", work, samples, ("one", "the same with 1 process"), ours="two")
    with reading(engine) as connection:
        steps = connection.execute(select(func.sum(fixture.RECORDS.c.seq))).scalar_one()
        require_equal(steps, acted, "steps of all records")
        proof.audited(connection)
    engine.dispose()


def _worked(server: Server, tokens: list[str], size: Size) -> Ran:
    """Return what users come to who all begin at once."""
    ran, until = Ran(), perf_counter() + SECONDS[size]
    threads = [
        threading.Thread(target=_use, args=(server.port, token, n, until, THINKS_S[size], ran))
        for n, token in enumerate(tokens)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    require_equal(ran.faults, [], "answers that are no page")
    return ran


def _use(port: int, token: str, number: int, until: float, thinks_s: float, ran: Ran) -> None:
    chance, gstin = random.Random(number), fixture.gstin(number)  # noqa: S311 -- the same at every run
    try:
        with closing(Browser(port, token)) as browser:
            steps = _steps(browser, f"/recipients/{gstin}", ran)
            while until - perf_counter() > (thought := chance.expovariate(1 / thinks_s)):
                sleep(thought)
                began = perf_counter()
                what = next(steps)
                ran.waits[what].append(perf_counter() - began)
                if browser.status not in {200, 303}:
                    ran.faults.append(f"{what}: {browser.status}")
    except (OSError, HTTPException) as error:
        ran.faults.append(f"a request: {error!r}")


def _steps(browser: Browser, at: str, ran: Ran) -> Iterator[str]:
    """Do one thing after the other, as somebody does who goes through a list; say what was done."""
    following = ""
    while True:
        browser.send("GET", "/")
        yield "home"
        browser.send("GET", following or f"{at}/inward")
        page, what = browser.page, "next page" if following else "list"
        yield what
        number = re.findall(r'name="v\.(\d+)" value="\d+\.no_action"', page)[:1]
        following = next(iter(re.findall(r'id="next" rel="next" href="([^"]+)"', page)), "").replace("&amp;", "&")
        for record in number:
            browser.send("GET", f"{at}/records/{record}")
            fields = dict(re.findall(r'name="(version|key)" value="([^"]+)"', browser.page))
            yield "record"
            browser.send("POST", f"{at}/records/{record}", do="accept", **fields)
            ran.acted += browser.status == 303  # noqa: PLR2004 -- it leads back to the record
            yield "act"
        browser.send("GET", f"{at}/2b/{fixture.PERIOD}")
        yield "GSTR-2B"


def _tell(group: Group, name: str, ran: Ran, size: Size) -> None:
    key = re.sub(r"\W+", "_", name)
    for what in ("all", *PAGES):
        _tell_waits(group, f"{key}.{what}", f"{name}: {what}", ran.all if what == "all" else sorted(ran.waits[what]))
    group.tell(f"{key}.rate", f"{name}: requests", len(ran.all) / SECONDS[size], "/s")
    group.tell(f"{key}.errors", f"{name}: errors", len(ran.faults), "", 0)


def _tell_waits(group: Group, key: str, what: str, waits: list[float]) -> None:
    for share, says in ((50, "half"), (99, "99 %")):
        if waits:
            group.tell(f"{key}.p{share}", f"{what}, {says} within", waits[len(waits) * share // 100] * 1000, "ms")


def _tell_news(group: Group, name: str, figures: Figures, size: Size) -> None:
    key = re.sub(r"\W+", "_", name)
    _tell_waits(group, f"{key}.news", f"{name}: from an action to its arrival at a stream", figures.waits)
    group.tell(f"{key}.memory", f"{name}: memory of the server", figures.before, "MiB")
    group.tell(f"{key}.memory_of_streams", f"{name}: and with {STREAMS[size]} streams", figures.memory, "MiB")


class Figures(NamedTuple):
    """What open streams come to: the seconds of news, and the server's memory in MiB before and with them."""

    waits: list[float]
    before: float
    memory: float


@dataclass
class News:
    """When each action was asked for, and when each stream had its event, by the record."""

    asked: dict[str, float] = field(default_factory=dict)
    arrived: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def waits(self) -> list[float]:
        """The seconds from each request to each arrival, in order of size."""
        return sorted(at - asked for record, asked in self.asked.items() for at in self.arrived[record])


async def _followed(server: Server, tokens: list[str], records: Iterator[tuple[int, int]], size: Size) -> Figures:
    """Return how long news takes to open streams, and the server's memory before and with them."""
    before, news, users = server.memory_mib, News(), len(tokens)
    streams = [
        asyncio.create_task(_follow(server.port, tokens[n % users], n % users, news)) for n in range(STREAMS[size])
    ]
    await asyncio.sleep(SETTLES_S[size])
    browsers: dict[int, Browser] = {}
    for number, record in islice(records, NEWS[size]):
        browser = browsers.setdefault(number, await asyncio.to_thread(Browser, server.port, tokens[number]))
        news.asked[str(record)] = perf_counter()
        path = f"/recipients/{fixture.gstin(number)}/records/{record}"
        await asyncio.to_thread(browser.send, "POST", path, do="accept", version="1")
        require_equal(browser.status, 303, "the answer to an action")
        await asyncio.sleep(random.random())  # noqa: S311 -- at another moment between two looks of the server
    await asyncio.sleep(SETTLES_S[size])
    memory = server.memory_mib
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    for browser in browsers.values():
        browser.close()
    require_equal(len(news.waits), NEWS[size] * STREAMS[size] // users, "arrivals of news at streams")
    return Figures(news.waits, before, memory)


async def _follow(port: int, token: str, number: int, news: News) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    path = f"/api/recipients/{fixture.gstin(number)}/events/stream?kind=transition"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    try:
        while line := await reader.readline():
            if line.startswith(b"data:"):
                news.arrived[json.loads(line[5:])["subject"]].append(perf_counter())
    finally:
        writer.close()
