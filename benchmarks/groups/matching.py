"""A purchase register matched with the records, beside dictionaries in memory; and how many known pairs are found.

Imports the face of the engine and the noisy set; the truth is known, so precision and recall are counted.
"""

from __future__ import annotations

import csv
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import add
from pathlib import Path
from typing import Any

from rapidfuzz.distance import JaroWinkler

from benchmarks import noise
from benchmarks.alone import peak_of
from benchmarks.databases import Place, PostgreSQL, postgresql, sqlite
from benchmarks.measure import interleaved, require_equal, timed
from benchmarks.noise import Both
from benchmarks.result import Group, Size
from ims_fsm import IMS, RecipientDesk
from ims_fsm.law.matching import canonical, written

SIZES = {Size.SMALLEST: (200,), Size.QUICK: (20_000,), Size.FULL: (50_000, 200_000)}
ROUNDS = {200: 1, 20_000: 3, 50_000: 2, 200_000: 1}
GSTIN = "27AAPFU0939F1ZV"
NOW = datetime(2024, 11, 9, 6, 30, tzinfo=UTC)
FY = "2024-25"
GOAL_SECONDS, GOAL_PRECISION, GOAL_RECALL = 60.0, 1.0, 1.0
_MANY = max(SIZES[Size.FULL])
_RUPEE, _DAYS, _ALIKE = 100, 5, 0.75


@dataclass(frozen=True, slots=True)
class Bench:
    """A database with the records, the register, and which is which."""

    place: Place
    template: str
    register: Path
    both: list[Both]


def measure(size: Size) -> Group:
    """Measure every size on both databases; the smallest size on SQLite alone."""
    group = Group("matching", "A purchase register matched with the records")
    with ExitStack() as stack:
        places: list[Place] = [stack.enter_context(sqlite())]
        if size is not Size.SMALLEST:
            places.append(stack.enter_context(postgresql()))
        for place in places:
            for count in SIZES[size]:
                _measured(group, place, count)
            if isinstance(place, PostgreSQL):
                group.says.append(f"PostgreSQL: {place.version()}.")
    shares = ", ".join(f"{name} {share}" for name, share in noise.SHARES.items())
    group.says.append(
        "Ours reads the register, keeps it and pairs it with the records by the shipped rules, seven after each other. "
        "The baseline is a script as one writes it: it reads the CSV by its titles, has the records in memory already, "
        "and pairs by the canonical number in dictionaries, then by amounts and likeness; it keeps nothing, names no "
        "rule and refuses nothing. "
        "The set is seeded: of a hundred documents "
        f"{noise.ONLY_PORTAL} are in no register, as many rows nobody reports, and of those in both so many have noise "
        f"(several may meet): {shares}; {noise.TWICE} are booked "
        f"twice, {noise.IN_LINES} stand in two lines. Precision is the share of a "
        "class's pairs that are true; recall the share of "
        "the true pairs of a noise that are found, in whatever class."
    )
    return group


def match_file(url: str, path: str) -> None:
    """Match in a process of its own, for its memory."""
    with IMS(url, clock=lambda: NOW) as ims:
        ims.recipient(GSTIN, actor="benchmark").match(Path(path))


def _measured(group: Group, place: Place, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder, _filled(place, Path(folder), count) as bench:
        samples = interleaved({"ours": lambda: _ours(bench), "dicts": lambda: _dicts(bench)}, ROUNDS[count])
        with place.copied(bench.template) as url:
            peak = peak_of("benchmarks.groups.matching:match_file", url, str(bench.register))
        with place.copied(bench.template) as url, IMS(url, clock=lambda: NOW) as ims:
            buyer = ims.recipient(GSTIN, actor="benchmark")
            buyer.match(bench.register)
            found = _scored(buyer, bench.both)
    key, work = f"{place.name}.{count}", f"{count:,} documents beside {count:,} records, {place.name}"
    group.compare(key, work, samples, ("dicts", "dictionaries in memory, two steps, nothing kept"))
    seconds = min(samples.cores["ours"])
    group.tell(f"{key}.cores", f"on cores, {work}", seconds, "s", GOAL_SECONDS if count == _MANY else None)
    group.tell(f"{key}.memory", f"peak memory, {work}", peak, "MiB")
    if place.name == "SQLite":
        for name, share in found.items():
            group.tell(f"{key}.{name}", f"{name.replace('.', ' of ')}, {work}", 100 * share, "%")


@contextmanager
def _filled(place: Place, folder: Path, count: int) -> Iterator[Bench]:
    both, download, register = noise.documents(count), folder / "ims.json", folder / "register.csv"
    noise.write_both(both, download, register, GSTIN)
    url = place.empty()
    with IMS(url, clock=lambda: NOW) as ims:
        ims.import_download(download, actor="benchmark")
    place.settled(url)
    yield Bench(place, url, register, both)
    place.dropped(url)


def _ours(bench: Bench) -> float:
    with bench.place.copied(bench.template) as url, IMS(url, clock=lambda: NOW) as ims:
        buyer = ims.recipient(GSTIN, actor="benchmark")
        seconds, matching = timed(lambda: buyer.match(bench.register))
        assert matching.kept is not None  # noqa: S101 -- a register was given
        booked = sum(both.booked is not None for both in bench.both)
        require_equal(matching.kept.documents, booked, "the documents of the register")
        require_equal(sum(of.count for of in matching.classes if of.booked_taxable), booked, "documents in a class")
    return seconds


def _dicts(bench: Bench) -> float:
    reported = [both.reported for both in bench.both if both.reported]
    seconds, pairs = timed(lambda: _paired(_read(bench.register), reported))
    require_equal(len(pairs), len({*pairs.values()}), "records that are paired")
    return seconds


def _read(path: Path) -> list[noise.Entry]:
    """Read a register as a script does: by its titles, amounts as numbers, lines of one document added up."""
    documents: dict[tuple[str, str, str], list[int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["GSTIN/UIN"], row["Supplier Invoice No."], row["Supplier Invoice Date"])
            amounts = [round(float(row[name]) * 100) for name in ("Taxable Value", "Integrated Tax", "Central Tax")]
            documents[key] = list(map(add, documents.get(key, (0, 0, 0)), amounts))
    days = {day: datetime.strptime(day, "%d-%m-%Y").replace(tzinfo=UTC).date() for _, _, day in documents}
    return [noise.Entry(of, number, days[day], *amounts) for (of, number, day), amounts in documents.items()]


def _paired(register: list[noise.Entry], reported: list[noise.Entry]) -> dict[int, int]:
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    amounts: dict[tuple[str, int], list[int]] = defaultdict(list)
    bare = [canonical(entry.number, FY) for entry in reported]
    for at, entry in enumerate(reported):
        numbers[entry.supplier, bare[at]].append(at)
        amounts[entry.supplier, entry.taxable // _RUPEE].append(at)
    taken, pairs, rest = set[int](), dict[int, int](), list[int]()
    for row, booked in enumerate(register):
        near = [at for at in numbers[booked.supplier, canonical(booked.number, FY)] if at not in taken]
        if near:
            at = min(near, key=lambda at: abs(reported[at].taxable - booked.taxable))
            taken.add(at)
            pairs[row] = at
        else:
            rest.append(row)
    for row in rest:
        booked = register[row]
        number, rupees = canonical(booked.number, FY), booked.taxable // _RUPEE
        alike = [
            (JaroWinkler.similarity(number, bare[at]), at)
            for near in (rupees - 1, rupees, rupees + 1)
            for at in amounts.get((booked.supplier, near), ())
            if at not in taken and abs((reported[at].date - booked.date).days) <= _DAYS
        ]
        if alike and max(alike)[0] >= _ALIKE:
            taken.add(max(alike)[1])
            pairs[row] = max(alike)[1]
    return pairs


def _scored(buyer: RecipientDesk, both: list[Both]) -> Mapping[str, float]:
    """Return the precision of each class and the recall of each noise."""
    truth = {_key(of.booked): of for of in both if of.booked is not None}
    alone = {_key(of.reported)[:2]: of for of in both if of.booked is None}
    pairs, right, recalled = Counter[str](), Counter[str](), Counter[str]()
    for match in buyer.matches():
        reported = None if match.record is None else _of(match.record.document)[:2]
        if match.document is None:
            known, is_true = alone.get(reported or ("", "")), reported in alone
        else:
            known = truth[_of(match.document)]
            is_true = reported == (None if known.reported is None else _key(known.reported)[:2])
            is_true = is_true and (match.class_name == "booked_twice") == (known.noise == ("twice",))
        pairs[match.class_name] += 1
        right[match.class_name] += is_true
        if known is not None:
            recalled[_noise(known)] += is_true
    wanted = Counter(map(_noise, both))
    scores = {f"precision.{name}": right[name] / count for name, count in pairs.items()}
    scores |= {f"recall.{name}": recalled[name] / count for name, count in sorted(wanted.items())}
    return scores | {"recall.all": sum(recalled.values()) / sum(wanted.values())}


def _of(document: Any) -> tuple[str, str, str]:
    return document.supplier, written(document.number), document.date.isoformat()


def _key(entry: Any) -> tuple[str, str, str]:
    return entry.supplier, written(entry.number), entry.date.isoformat()


def _noise(of: Both) -> str:
    if of.booked is None or (of.reported is None and not of.noise):
        return "only_portal" if of.booked is None else "only_books"
    return "several" if len(of.noise) > 1 else of.noise[0] if of.noise else "none"
