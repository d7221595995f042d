"""The ordinary row of a section, read at speed: anything unusual in it is left to the careful reader.

Knows which key means which field, as the careful reader does; refuses nothing itself. Imports the readers of values.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

from ims_fsm.formats.gstn import values
from ims_fsm.formats.gstn.fields import DECLARED, KEYS, PENDING_ALLOWED, names_year
from ims_fsm.formats.gstn.row import LONGEST_NUMBER, is_blank
from ims_fsm.formats.gstn.sections import SectionForm
from ims_fsm.record.sighting import Shown
from ims_fsm.terms.border import LONGEST, check_digit_holds
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, State

_MOST_KEPT = 100_000
_LONGEST_AMOUNT = 14
_PLACES = 2
# Most heads of most rows are nothing; a number this small is always the same object.
_NIL = 0
_MINUS = ord("-")
_WHOLE = 10**_LONGEST_AMOUNT
_ABSENT = "\0"  # not a key of any file; a row is given it, as null
_CAREFULLY = frozenset(key for keys in (*DECLARED, PENDING_ALLOWED) for key in keys)
_SUPPLIER, _PERIOD = KEYS["supplier"], KEYS["return_period"]
_NEEDED = (_SUPPLIER, KEYS["taxable"], KEYS["supplier_status"], _PERIOD)


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
        read = self._reader(value)
        if len(self) < _MOST_KEPT:
            self[value] = read
        return read


class _Plan(NamedTuple):
    """Which keys the rows of one shape have for the fields, and which of these had another choice."""

    pick: Callable[[dict[str, Any]], tuple[Any, ...]]
    several: tuple[int, ...]


class OrdinaryRows:
    """Reads rows of one section, all of one recipient; raises `UnusualError` for what it leaves to the careful reader.

    `doubtful` has the GSTINs whose check digit fails, of which the caller warns.
    """

    def __init__(self, form: SectionForm, recipient: str) -> None:
        """Begin with a section that does not list imports."""
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
         pending, reduction, remarks_flag, required, remarks, portal_hash) = picked = plan.pick(raw)  # fmt: skip
        if (plan.several and any(map(is_blank, itemgetter(*plan.several, 0)(picked)))) or (
            self._form.amended and (onum is None or oidt is None)
        ):
            raise UnusualError
        supplier, day, flag = self._gstin[stin], self._dates[idt], self._flag
        _ = flag[remarks_flag]  # what nobody wants must be readable too
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
        original = (form.original_number, form.original_date) if form.amended else ()
        needed = (*_NEEDED, form.number, form.date, *original)
        documents = (_SUPPLIER, form.number, form.date, *(original or ((), ())))
        fields = (*documents, *(names for names in KEYS.values() if names is not _SUPPLIER))
        for at, names in enumerate(fields):
            present = [name for name in names if name in keys]
            if not present and names in needed:
                self._plans[keys] = None
                raise UnusualError
            chosen.append(present[0] if present else _ABSENT)
            if len(present) > 1:
                several.append(at)
        plan = _Plan(itemgetter(*chosen), tuple(several))
        if len(self._plans) < _MOST_KEPT:
            self._plans[keys] = plan
        return plan

    def _period(self, text: Any, day: date, raw: dict[str, Any]) -> TaxPeriod:
        if type(text) is not str:
            raise UnusualError
        # Of several keys the careful reader prefers one with the year.
        if not names_year(text) and any(names_year(raw.get(name)) for name in _PERIOD):
            raise UnusualError
        period = values.period(text, day)
        if names_year(text) and len(self._periods) < _MOST_KEPT:
            self._periods[text, day] = period
        return period

    def _read_gstin(self, text: str) -> str:
        gstin = values.gstin(_text(text) or "")
        if not check_digit_holds(gstin):
            self.doubtful.add(gstin)
        return gstin


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
    if type(value) is not str or len(value) > LONGEST or values.controls(value):
        raise UnusualError
    return value.strip() or None


def _number(value: Any) -> str:
    number = _text(value)
    if number is None or len(number) > LONGEST_NUMBER or not number.isprintable():
        raise UnusualError
    return number


def _words(reader: Callable[[str], Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not str:
            raise UnusualError
        return reader(value)

    return read
