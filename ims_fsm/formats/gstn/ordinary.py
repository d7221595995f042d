"""The ordinary row of a section, read at speed: anything unusual in it is left to the careful reader.

Knows which key means which field, as the careful reader does; refuses nothing itself. Imports the readers of values.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

from ims_fsm.formats.gstn import values
from ims_fsm.formats.gstn.sections import SectionForm
from ims_fsm.record.sighting import Shown
from ims_fsm.terms.gstin import check_digit_holds
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, State

_MOST_KEPT = 100_000
_LONGEST_NUMBER = 16
_LONGEST_AMOUNT = 14
_PLACES = 2
# Most heads of most rows are nothing; a number this small is always the same object.
_NIL = 0
_MINUS = ord("-")
_WHOLE = 10**_LONGEST_AMOUNT
_WITH_YEAR = 5  # characters of a period that names its year, whose leading zero may be lost
_ABSENT = "\0"  # no key of a file; a row is given it, as null
_CAREFULLY = frozenset({
    *("ispendactnallwd", "declIgst", "decl_igst", "declCgst", "decl_cgst", "declSgst", "decl_sgst", "declCess"),
    "decl_cess",
})  # fmt: skip


class UnusualError(Exception):
    """The row is for the careful reader."""


class _Kept(dict[Any, Any]):
    """What a reader of values has made of each text so far; `blank` is what stands for a value that is left out."""

    def __init__(self, reader: Callable[[Any], Any], **blank: Any) -> None:
        self._reader = reader
        if blank:
            self[None] = self[""] = blank["blank"]

    def __missing__(self, value: Any) -> Any:
        if type(value) is not bool and not (type(value) is str and value.strip()):
            raise UnusualError
        found = self._reader(value)
        if len(self) < _MOST_KEPT:
            self[value] = found
        return found


class _Plan(NamedTuple):
    """Which keys the rows of one shape have for the fields, and which of these had another choice."""

    pick: Callable[[dict[str, Any]], tuple[Any, ...]]
    several: tuple[int, ...]


class OrdinaryRows:
    """Reads rows of one section, all of one recipient; raises `UnusualError` for what it leaves to the careful reader.

    `doubtful` has the GSTINs whose check digit fails, of which the caller warns.
    """

    def __init__(self, form: SectionForm, recipient: str) -> None:
        """Begin with a section that is no import's."""
        self._form, self._recipient = form, recipient
        self._plans: dict[tuple[str, ...], _Plan | None] = {}
        self.doubtful: set[str] = set()
        self._gstin = _Kept(self._read_gstin)
        self._dates = _Kept(_words(values.day))
        self._flag = _Kept(values.flag, blank=None)
        self._pos = _Kept(values.place_of_supply, blank=None)
        self._type = _Kept(_words(values.invoice_type), blank="R")
        self._source = _Kept(_words(values.form), blank=Form.GSTR_1)
        self._status = _Kept(_words(values.supplier_status))
        self._action = _Kept(_words(values.action), blank=State.NO_ACTION)
        self._periods: dict[tuple[str, date], TaxPeriod] = {}

    def read(self, raw: dict[str, Any]) -> Shown:
        """Return what a row shows; the row may gain a key."""
        plan = self._plans.get(key := tuple(raw)) or self._plan(key)
        raw[_ABSENT] = None
        (stin, num, idt, onum, oidt, name, txval, iamt, camt, samt, cess, val, pos, typ, source, prd, status, action,
         pending, reduction, remarks_flag, required, remarks, portal_hash, error) = picked = plan.pick(raw)  # fmt: skip
        if (plan.several and any(map(_is_blank, itemgetter(*plan.several, 0)(picked)))) or (
            self._form.amended and (onum is None or oidt is None)
        ):
            raise UnusualError
        supplier, day, flag = self._gstin[stin], self._dates[idt], self._flag
        # What nobody wants must be readable too.
        _ = None if error is None else _text(error), flag[remarks_flag]
        needed = flag[required]
        taxable = paise(txval)
        if iamt is camt is samt is cess is None:
            raise UnusualError
        return Shown(
            self._recipient,
            self._form.kind,
            supplier,
            "" if name is None else _text(name) or "",
            _number(num),
            day,
            taxable,
            0 if iamt is None or iamt is _NIL else paise(iamt),
            0 if camt is None or camt is _NIL else paise(camt),
            0 if samt is None or samt is _NIL else paise(samt),
            0 if cess is None or cess is _NIL else paise(cess),
            None if val is None else paise(val),
            self._pos[pos],
            self._type[typ],
            False,  # noqa: FBT003 -- nothing under reverse charge is in IMS
            None,
            None if onum is None else _number(onum),
            None if oidt is None else self._dates[oidt],
            self._source[source],
            self._periods.get((prd, day)) or self._period(prd, day, raw),
            self._status[status],
            self._action[action],
            flag[pending],
            flag[reduction],
            None if needed is None else "Y" if needed else "N",
            None,
            None if remarks is None else _text(remarks),
            None if portal_hash is None else _text(portal_hash),
            None,
        )

    def _plan(self, keys: tuple[str, ...]) -> _Plan:
        if keys in self._plans or _CAREFULLY.intersection(keys):
            raise UnusualError
        form = self._form
        chosen: list[str] = []
        several: list[int] = []
        needed = (form.number, form.date, ("txval",), ("srcfilstatus",), ("stin", "ctin"), _PERIOD)
        for at, names in enumerate(self._fields()):
            present = [name for name in names if name in keys]
            if not present and (names in needed or (form.amended and names and names in self._original())):
                self._plans[keys] = None
                raise UnusualError
            chosen.append(present[0] if present else _ABSENT)
            if len(present) > 1:
                several.append(at)
        if len(self._plans) < _MOST_KEPT:
            self._plans[keys] = _Plan(itemgetter(*chosen), tuple(several))
        return _Plan(itemgetter(*chosen), tuple(several))

    def _original(self) -> tuple[tuple[str, ...], ...]:
        return (self._form.original_number, self._form.original_date) if self._form.amended else ((), ())

    def _fields(self) -> tuple[tuple[str, ...], ...]:
        return (("stin", "ctin"), self._form.number, self._form.date, *self._original(), *_FIELDS)

    def _period(self, text: Any, day: date, raw: dict[str, Any]) -> TaxPeriod:
        if type(text) is not str:
            raise UnusualError
        if len(text) < _WITH_YEAR:
            # Of several keys the careful reader prefers one with the year.
            if any(len(str(raw.get(name) or "")) >= _WITH_YEAR for name in _PERIOD):
                raise UnusualError
            return values.period(text, day)
        found = values.period(text, day)
        if len(self._periods) < _MOST_KEPT:
            self._periods[text, day] = found
        return found

    def _read_gstin(self, text: str) -> str:
        found = values.gstin(_text(text) or "")
        if not check_digit_holds(found):
            self.doubtful.add(found)
        return found


_PERIOD = ("rtnprd", "sRtnPrd", "srtinprd")
_FIELDS = (
    ("tradenm", "trdnm"),
    ("txval",),
    ("iamt", "igst"),
    ("camt", "cgst"),
    ("samt", "sgst"),
    ("cess", "csamt"),
    ("val",),
    ("pos",),
    ("inv_typ", "typ"),
    ("srcform", "rtnTyp"),
    _PERIOD,
    ("srcfilstatus",),
    ("action",),
    ("ispendactblocked",),
    ("isItcRedReqBlocked", "itcRedReqBlocked"),
    ("isRemarksBlocked",),
    ("itcRedReq", "itc_red_req"),
    ("remarks",),
    ("hash",),
    ("error_msg",),
)


def paise(value: Any) -> int:
    """Return an amount of rupees as paise: a number, or bytes as `JsonText` gives them; raises for any other."""
    if type(value) is int:
        if 0 <= value < _WHOLE:
            return value * 100
    elif type(value) is bytes:
        whole, _, part = value.partition(b".")
        if len(part) <= _PLACES and len(whole) <= _LONGEST_AMOUNT and value[0] != _MINUS:
            return int(whole + part.ljust(_PLACES, b"0"))
    elif type(value) is str:
        return values.amount(value)
    raise UnusualError


def _text(value: Any) -> str | None:
    if type(value) is not str:
        raise UnusualError
    return value.strip() or None


def _is_blank(value: Any) -> bool:
    return value is None or (type(value) is str and not value.strip())


def _number(value: Any) -> str:
    number = _text(value)
    if number is None or len(number) > _LONGEST_NUMBER:
        raise UnusualError
    return number


def _words(reader: Callable[[str], Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not str:
            raise UnusualError
        return reader(value)

    return read
