"""What a request may ask: filters, pages, amounts, keys, versions and files, each described once.

Imports FastAPI and pydantic; opens no database.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal, cast

from fastapi import File, Header, Path, Query, UploadFile
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from ims_fsm import Heads, Kind, MissingError, Problem, ReduceItc, Sort, State, SupplierStatus, TaxPeriod, Where
from ims_fsm.terms.border import GSTIN_SHAPE, LONGEST_REMARKS
from ims_fsm.terms.vocabulary import ACTIVE
from ims_fsm.web.problems import HttpError

# What may stand in a text: what is seen, what joins letters of Indian scripts, and blanks behind the first. Written as
# characters, as every dialect of regular expressions reads them.
_SEEN = "!-~" + "".join(
    f"{chr(first)}-{chr(last)}"
    for first, last in ((0xA1, 0x61B), (0x61D, 0x167F), (0x1681, 0x180D), (0x180F, 0x1FFF), (0x200C, 0x200D),
                        (0x2010, 0x2027), (0x2030, 0x205E), (0x2070, 0x2FFF), (0x3001, 0xD7FF), (0xFF01, 0xFFEF))
)  # fmt: skip
# The same percent-encoded for a header: the rest of ASCII, Latin and Indian letters, quotation marks.
_ENCODED = (
    "%2[1-9A-F]|%[3-6][0-9A-F]|%7[0-9A-E]|%C3%[89AB][0-9A-F]|%E0%(?:A[4-9A-F]|B[0-7])%[89AB][0-9A-F]"
    "|%E2%80%(?:9[0-9A-F]|A[0-7])|%E2%82%[AB][0-9A-F]"
)
NAME = r"^[a-z0-9_]{1,60}$"
LINE = f"^[{_SEEN}][ {_SEEN}]{{0,199}}$"
TEXT = f"^[ \n{_SEEN}]*$"
RUPEES = r"^[0-9]{1,13}(\.[0-9]{1,2})?$"
MOST_ROWS, MOST_FILES, LARGEST_ID = 1000, 200, 10**15
_SIGNED = 8

Line = Annotated[str, StringConstraints(pattern=LINE)]
Rupees = Annotated[str, StringConstraints(pattern=RUPEES), Field(examples=["18000.00"])]
PERIOD = r"^(2017-(0[7-9]|1[0-2])|20(1[89]|[2-8][0-9]|9[0-7])-(0[1-9]|1[0-2]))$"
PeriodText = Annotated[str, StringConstraints(pattern=PERIOD), Field(examples=["2024-10"])]
Period = Annotated[
    TaxPeriod,
    WithJsonSchema({"type": "string", "pattern": PERIOD}),
    Path(description="The tax period.", examples=["2024-10"]),
]
RecordId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The record's id.", examples=[7])]
Day = Annotated[
    date,
    BeforeValidator(lambda day: date.fromisoformat(day) if isinstance(day, str) else "no date"),
    Field(examples=["2024-10-05"]),
]
# A whole number in JSON may be written 2.0, and is no text.
Whole = Annotated[int, BeforeValidator(lambda number: number if type(number) in {int, float} else "no number")]
Action = Literal["accept", "reject", "keep_pending", "reset"]
Key = Annotated[
    Annotated[str, StringConstraints(pattern=r'^"?[!#-~]{1,190}"?$')] | SkipJsonSchema[None],
    Header(
        alias="Idempotency-Key",
        description="The same request with it again does nothing more, and answers as the first time.",
        examples=['"8e03978e-40d5-43dd-bc93-6894a57f9324"'],
    ),
]
IfMatch = Annotated[
    Annotated[str, StringConstraints(pattern=r'^"[1-9][0-9]{0,14}(-[0-9a-f]{16})?"$')] | SkipJsonSchema[None],
    Header(alias="If-Match", description="The ETag of the record as it was seen.", examples=['"1"']),
]
Backdate = Annotated[
    Annotated[str, StringConstraints(pattern=f"^(?:[!-$&-~]|{_ENCODED})(?:[ -$&-~]|%20|{_ENCODED}){{0,199}}$")]
    | SkipJsonSchema[None],
    Header(
        alias="Backdate",
        description="Why it is dated before what was done last; the log keeps it. Without it that is refused. "
        "Letters of Indian scripts, and %, are written as in an address (percent-encoded UTF-8).",
        examples=["the papers came late"],
    ),
]
Files = Annotated[
    list[UploadFile], File(min_length=1, max_length=MOST_FILES, description="One file, several, or a zip of them.")
]
OneFile = Annotated[UploadFile, File(description="The file.")]


Party = Annotated[str, StringConstraints(pattern=GSTIN_SHAPE), Field(examples=["27AAPFU0939F1ZV"])]


class Asked(BaseModel):
    """The base of what a request may ask: a name that does not exist is a slip, and is said to be one."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Asked):
    """A query without parameters."""


class Filter(Asked):
    """Which records are meant; without a state and without `all`, what is in IMS and not decided."""

    state: Annotated[tuple[State, ...], Field(max_length=len(State))] = ()
    kind: Annotated[tuple[Kind, ...], Field(max_length=len(Kind))] = ()
    supplier: Party | SkipJsonSchema[None] = None
    number: Line | SkipJsonSchema[None] = Field(None, description="The document's number; * stands for any characters.")
    period: PeriodText | SkipJsonSchema[None] = Field(None, description="The (expected) 2B period.")
    return_period: PeriodText | SkipJsonSchema[None] = None
    status: SupplierStatus | SkipJsonSchema[None] = None
    amended: bool | SkipJsonSchema[None] = None
    in_ims: bool | SkipJsonSchema[None] = Field(None, description="Whether it is in IMS, or went straight to GSTR-2B.")
    credit_until: Day | SkipJsonSchema[None] = Field(
        None, description="The last day on which a GSTR-3B can take its credit (section 16(4))."
    )
    original_unknown: bool | SkipJsonSchema[None] = Field(
        None, description="Whether it waits because it is not known how its original was decided (FAQ 13)."
    )
    to_upload: bool | SkipJsonSchema[None] = Field(None, description="Whether the portal is still to be told.")
    match: Annotated[tuple[Annotated[str, StringConstraints(pattern=NAME)], ...], Field(max_length=50)] = Field(
        (), description="Classes of the last matching with the purchase register."
    )
    all: bool = Field(default=False, description="Also what is decided, removed, or went straight to GSTR-2B.")

    @property
    def where(self) -> Where:
        """The filter as the face takes it."""
        usual = not self.state and not self.all
        return Where(
            states=ACTIVE if usual else tuple(self.state),
            in_ims=True if usual and self.in_ims is None else self.in_ims,
            kinds=tuple(self.kind),
            supplier=self.supplier,
            number=self.number,
            expected_period=None if self.period is None else TaxPeriod(self.period),
            return_period=None if self.return_period is None else TaxPeriod(self.return_period),
            supplier_status=self.status,
            amended=self.amended,
            credit_until=self.credit_until,
            original_unknown=self.original_unknown,
            to_upload=self.to_upload,
            match=self.match,
        )


class FilterInBody(Filter):
    """Which records are meant, in JSON: there yes and no are booleans alone, and null is what is left out."""

    supplier: Party | None = None
    number: Line | None = Field(None, description="The document's number; * stands for any characters.")
    period: PeriodText | None = Field(None, description="The (expected) 2B period.")
    return_period: PeriodText | None = None
    status: SupplierStatus | None = None
    amended: StrictBool | None = None
    in_ims: StrictBool | None = Field(None, description="Whether it is in IMS, or went straight to GSTR-2B.")
    credit_until: Day | None = Field(
        None, description="The last day on which a GSTR-3B can take its credit (section 16(4))."
    )
    original_unknown: StrictBool | None = Field(
        None, description="Whether it waits because it is not known how its original was decided (FAQ 13)."
    )
    to_upload: StrictBool | None = Field(None, description="Whether the portal is still to be told.")
    all: StrictBool = Field(default=False, description="Also what is decided, removed, or went straight to GSTR-2B.")


class Page(Filter):
    """A page of records, in an order."""

    sort: Sort = "id"
    limit: int = Field(100, ge=1, le=MOST_ROWS)
    after: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")] | SkipJsonSchema[None] = Field(
        None, description="The `next` of the page before."
    )

    def _list(self, gstin: str) -> bytes:
        return f"{gstin} {self.model_dump_json(exclude={'after', 'limit'})}".encode()

    def cursor(self, gstin: str, record_id: int) -> str:
        """Return what names the place behind a record in this list of a recipient."""
        mark = str(record_id).encode()
        return urlsafe_b64encode(_signature(self._list(gstin), mark) + mark).decode().rstrip("=")

    def begin(self, gstin: str) -> int | None:
        """Return the record behind which the page begins; raises `MissingError` for what is no cursor of this list."""
        if self.after is None:
            return None
        try:
            whole = urlsafe_b64decode(self.after + "=" * (-len(self.after) % 4))
            signature, mark = whole[:_SIGNED], whole[_SIGNED:]
            if hmac.compare_digest(signature, _signature(self._list(gstin), mark)):
                return int(mark)
        except ValueError:
            pass
        what, remedy = "is not a cursor of this list", "begin again without after"
        raise MissingError("after", [Problem(self.after, what, remedy)])


def _signature(whole_list: bytes, mark: bytes) -> bytes:
    # It only holds a cursor to its list. What it names is looked up at the desk, so there is no secret to keep.
    return hashlib.blake2b(mark, key=hashlib.sha256(whole_list).digest(), digest_size=_SIGNED).digest()


class Amounts(Asked):
    """Tax per head, in rupees."""

    igst: Rupees = "0.00"
    cgst: Rupees = "0.00"
    sgst: Rupees = "0.00"
    cess: Rupees = "0.00"

    @property
    def heads(self) -> Heads:
        """The amounts as the face takes them."""
        return Heads.from_rupees(self.model_dump())


class With(Asked):
    """What may go with an action."""

    remarks: Annotated[str, StringConstraints(pattern=TEXT, max_length=LONGEST_REMARKS)] | None = None
    reduce_itc: Literal["full", "none"] | Amounts | None = Field(
        None, description="From 2B period 2025-10: how much ITC is reduced."
    )

    @property
    def reduction(self) -> ReduceItc | None:
        """The declared reduction of ITC as the face takes it."""
        return self.reduce_itc.heads if isinstance(self.reduce_itc, Amounts) else self.reduce_itc


def version_of(if_match: str | None) -> int:
    """Return the version that an If-Match names; raises `HttpError` where none is."""
    if if_match is None:
        remedy = "send If-Match with the ETag of the record, or its version in quotation marks"
        raise HttpError(428, "if_match_required", "the version that the action was chosen on is not named", remedy)
    return int(if_match.strip('"').partition("-")[0])


def key_of(key: str | None) -> str | None:
    """Return an idempotency key without the quotation marks of its header."""
    return None if key is None else key.strip('"')


class Sent:
    """A file that was sent: read like the file that holds it, under the name that its sender gave it."""

    def __init__(self, upload: UploadFile) -> None:
        """Keep the file and its name."""
        self.file, self.name = upload.file, (upload.filename or "the file")[:200]

    def __getattr__(self, name: str) -> Any:
        """Be like the file in all else."""
        return getattr(self.file, name)


def sent(uploads: Sequence[UploadFile]) -> Any:
    """Return files that were sent, as the face takes them."""
    return cast("Any", [Sent(upload) for upload in uploads])


NoQuery = Annotated[Nothing, Query()]
