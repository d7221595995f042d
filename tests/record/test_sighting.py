"""What a download shows, flat, is the record that it shows; its content is that of its document."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ims_fsm import Form, Heads, Kind, TaxPeriod
from ims_fsm.record.sighting import Shown, content_of, flat
from ims_fsm.terms.document import Document, OriginalReference
from ims_fsm.terms.vocabulary import State, SupplierStatus

AMOUNTS = st.integers(-(10**15), 10**15)
DAYS = st.dates(date(2017, 7, 1), date(2099, 12, 31))
DOCUMENTS = st.builds(
    Document,
    kind=st.sampled_from(Kind),
    supplier=st.text(max_size=15),
    recipient=st.text(max_size=15),
    number=st.text(max_size=16),
    date=DAYS,
    taxable=AMOUNTS,
    tax=st.builds(Heads, AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS),
    value=st.none() | AMOUNTS,
    pos=st.none() | st.text(max_size=2),
    invoice_type=st.text(max_size=6),
    reverse_charge=st.booleans(),
    ineligible=st.sampled_from([None, "pos", "sec_16_4"]),
    amends=st.none() | st.builds(OriginalReference, st.text(max_size=16), DAYS),
    pending_blocked=st.sampled_from([None, True, False]),
    supplier_name=st.text(max_size=5),
)


class Seen:
    """A record as an embedder shows it."""

    form, return_period = Form.GSTR_1, TaxPeriod("2024-10")
    supplier_status, action = SupplierStatus.FILED, State.ACCEPTED
    reduction_blocked, itc_reduction, declared = None, "Y", Heads(igst=5)
    remarks, portal_hash, itc_period = "so", "h", None

    def __init__(self, document: Document) -> None:
        self.document = document


@given(DOCUMENTS)
def test_a_flat_value_has_the_document_and_its_content(document):
    shown = flat(Seen(document))
    assert shown.document == document
    text, content_hash = content_of(shown)
    assert text == json.dumps(document.content(), sort_keys=True, separators=(",", ":"))
    assert content_hash == document.content_hash


@given(DOCUMENTS)
def test_what_is_flat_already_stays_as_it_is(document):
    shown = flat(Seen(document))
    assert flat(shown) is shown
    own = {name: getattr(shown, name) for name in Shown._fields if hasattr(Seen, name)}
    assert own == {name: getattr(Seen, name) for name in own}
    assert len(own) == 10
