"""Where documents go: every route by its conditions, the whole space of them, and each fault of a declaration once."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from ims_fsm.errors import DeclarationError
from ims_fsm.law.routing import CONDITIONS, Routing
from ims_fsm.law.routing_reading import read_routing
from ims_fsm.resources import machines_folder
from ims_fsm.terms.document import Document
from ims_fsm.terms.period import TaxPeriod
from ims_fsm.terms.vocabulary import Form, Kind, Route, TaxpayerKind

TEXT = (machines_folder() / "routes.toml").read_text("utf-8")
SHIPPED = Routing.of(read_routing(TEXT))
FIRST, OCTOBER_2025 = TaxPeriod("2024-10"), TaxPeriod("2025-10")


def document(kind: Kind = Kind.INVOICE, *, reverse_charge: bool = False, ineligible: str | None = None) -> Document:
    return Document(
        kind=kind,
        supplier="29AABCT1332L1ZA",
        recipient="27AAPFU0939F1ZV",
        number="S/1",
        date=date(2024, 10, 5),
        taxable=100,
        reverse_charge=reverse_charge,
        ineligible=ineligible,
    )


def went(content: Document, form: str = "GSTR-1", period: str = "2024-10", *, late: bool = False) -> Route:
    return SHIPPED.route(content, Form(form), TaxPeriod(period), FIRST, out_of_time=late).name


@pytest.mark.parametrize(
    ("given", "route"),
    [
        ({}, "ims"),
        ({"form": "IFF"}, "ims"),
        ({"form": "GSTR-1A", "period": "2030-01"}, "ims"),
        ({"period": "2024-09"}, "before_ims"),
        ({"form": "GSTR-5"}, "other_form"),
        ({"form": "GSTR-6", "period": "2025-10"}, "other_form"),
        ({"form": "ICEGATE", "period": "2025-09"}, "icegate"),
        ({"form": "ICEGATE", "period": "2025-10"}, "ims"),
        ({"late": True}, "sec_16_4"),
        ({"late": True, "period": "2024-09"}, "sec_16_4"),
    ],
)
def test_where_a_document_goes(given, route):
    """FAQ 4, 8 and the advisory of October 2025."""
    assert went(document(), **given) == route


@pytest.mark.parametrize(
    ("content", "late", "route"),
    [
        ({"reverse_charge": True}, False, "reverse_charge"),
        ({"reverse_charge": True, "ineligible": "pos"}, True, "reverse_charge"),
        ({"ineligible": "rule_37a"}, True, "rule_37a"),
        ({"ineligible": "pos"}, True, "pos"),
        ({"ineligible": "sec_16_4"}, False, "sec_16_4"),
    ],
)
def test_what_a_document_is_comes_before_how_it_came(content, late, route):
    for form in Form:
        assert went(document(**content), form, "2024-09", late=late) == route


def test_every_document_has_one_route_and_it_is_shown():
    """The whole space of conditions, in both rule sets."""
    seen = set()
    for form, reverse_charge, ineligible, era, late in product(
        Form, (True, False), (None, "pos", "sec_16_4", "rule_37a"), ("2024-09", "2024-10", "2025-10"), (True, False)
    ):
        content = document(reverse_charge=reverse_charge, ineligible=ineligible)
        route = SHIPPED.route(content, form, TaxPeriod(era), FIRST, out_of_time=late)
        shown = SHIPPED.declared(route.name)
        assert (shown.section, shown.counts, shown.effect) == (route.section, route.counts, route.effect)
        seen.add(route.name)
    assert seen == set(Route)


def test_every_form_carries_its_kinds():
    """FAQ 1, 8: IMS documents in three forms, imports in one, no import elsewhere."""
    goods = set(Kind) - {Kind.BILL_OF_ENTRY}
    assert {form: {kind for kind in Kind if SHIPPED.carries(form, kind)} for form in Form} == {
        Form.GSTR_1: goods,
        Form.GSTR_1A: goods,
        Form.IFF: goods,
        Form.GSTR_5: goods - {Kind.ECO_DOCUMENT},
        Form.GSTR_6: goods - {Kind.ECO_DOCUMENT},
        Form.ICEGATE: {Kind.BILL_OF_ENTRY},
    }


def test_normal_and_casual_taxpayers_have_an_ims():
    """FAQ 9."""
    assert SHIPPED.eligible == {
        TaxpayerKind.NORMAL,
        TaxpayerKind.SEZ_UNIT,
        TaxpayerKind.SEZ_DEVELOPER,
        TaxpayerKind.CASUAL,
    }


def test_what_2b_leaves_out_has_a_reason_with_its_rule():
    assert {name: reason.rule for name, reason in SHIPPED.left_out.items()} == {
        "out_of_time": "faq.21",
        "superseded": "faq.13.2",
        "original_waits": "faq.13.1",
        "original_unknown": "faq.13.1",
        "pending": "faq.14.iii",
    }
    assert all(reason.until for reason in SHIPPED.left_out.values())


def test_what_gives_no_credit_waits_for_no_original():
    """FAQ 4, 8, 17, 32, 33; a reversal under rule 37A amends nothing, so nothing before it ends with it."""
    assert {str(route.name) for route in SHIPPED.routes if not route.waits} == {
        "reverse_charge",
        "rule_37a",
        "pos",
        "sec_16_4",
    }
    assert {str(route.name) for route in SHIPPED.routes if route.prevails} == {"reverse_charge", "pos", "sec_16_4"}


def test_a_condition_knows_its_values():
    assert CONDITIONS["ineligible"] == ("pos", "sec_16_4", "rule_37a", "no")


# --- faults of a declaration ----------------------------------------------------------------------------------------

LAST = '\n[[route]]\nname = "ims"\nsection = "itc_available"\neffect = "credit"\nrule = "faq.1"\n'
SHORT = """
[eligible]
kinds = ["normal"]
rule = "faq.9"

[[carrier]]
form = "GSTR-1"
kinds = ["invoice"]
rule = "faq.1"
""" + "".join(
    f'\n[[left_out]]\nname = "{name}"\nsays = "why"\nuntil = "when"\nrule = "faq.13"\n'
    for name in ("out_of_time", "superseded", "original_waits", "original_unknown", "pending")
)


def route(name: str = "pos", when: str = '{ ineligible = ["pos"] }', section: str = "itc_not_available") -> str:
    return f'\n[[route]]\nname = "{name}"\nwhen = {when}\nsection = "{section}"\neffect = "reversed"\nrule = "faq.4"\n'


def problems(text: str) -> list[str]:
    with pytest.raises(DeclarationError) as caught:
        read_routing(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_short_declaration_is_enough():
    loaded = Routing.of(read_routing(SHORT + route() + LAST))
    assert [one.name for one in loaded.routes] == ["pos", "ims"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (SHORT, "routes.toml route: is missing; add it"),
        (
            SHORT + route(),
            "routes.toml: has no last route that takes every document; end it with a route without conditions",
        ),
        (
            SHORT + LAST.replace("rule", 'since = "2024-10"\nrule'),
            "routes.toml: has no last route that takes every document; end it with a route without conditions",
        ),
        (
            SHORT + LAST + route(),
            "routes.toml route.2: is never reached; put it before the route without conditions",
        ),
        (
            SHORT + route() + route(when='{ time_limit = "passed" }', section="itc_available") + LAST,
            "routes.toml route.2: shows pos otherwise than the route of that name before it; name it apart",
        ),
        (
            SHORT + route(when='{ form = ["GSTR-1", "GSTR-9"] }') + LAST,
            (
                "routes.toml route.1 when.form: 'GSTR-9' is none of its values; "
                "use GSTR-1, GSTR-1A, IFF, GSTR-5, GSTR-6, ICEGATE"
            ),
        ),
        (
            SHORT + route(when='{ era = "soon" }') + LAST,
            "routes.toml route.1 when.era: 'soon' is none of its values; use before_ims, ims",
        ),
        (
            SHORT + LAST + '\n[[carrier]]\nform = "GSTR-1"\nkinds = ["debit_note"]\nrule = "faq.1"\n',
            "routes.toml carrier: has GSTR-1 twice; keep one entry",
        ),
        (
            SHORT + LAST + '\n[[left_out]]\nname = "pending"\nsays = "it is"\nuntil = "when"\nrule = "faq.14"\n',
            "routes.toml left_out: has pending twice; keep one entry",
        ),
        (
            SHORT.replace('name = "pending"', 'name = "superseded"') + LAST,
            "routes.toml left_out: lacks pending; say why, and by which rule",
        ),
    ],
)
def test_each_fault_is_told(text, sentence):
    assert sentence in problems(text)


@pytest.mark.parametrize(
    ("changed", "by", "place"),
    [
        ('kinds = ["normal"]', 'kinds = ["rich"]', "routes.toml eligible.kinds[1]"),
        ('form = "GSTR-1"', 'form = "GSTR-99"', "routes.toml carrier[1].form"),
        ('rule = "faq.9"', 'rule = "FAQ 9"', "routes.toml eligible.rule"),
        ('effect = "reversed"', 'effect = "lost"', "routes.toml route[1].effect (pos)"),
        ('section = "itc_not_available"', 'section = "nowhere"', "routes.toml route[1].section (pos)"),
        ("when = {", "wenn = {", "routes.toml route[1].wenn (pos)"),
        ("{ ineligible", "{ colour", "routes.toml route[1].when.colour (pos)"),
    ],
)
def test_what_is_not_of_the_shape_is_named_by_its_place(changed, by, place):
    text = SHORT + route() + LAST
    assert changed in text
    (problem,) = problems(text.replace(changed, by, 1))
    assert problem.startswith(f"{place}: ")
    assert problem.partition("; ")[2].startswith(("it should be ", "remove it ", "a name reads like "))


def test_all_faults_come_together():
    text = SHORT + route(when='{ era = "soon", time_limit = "late" }')
    assert len(problems(text)) == 3
    assert len(problems(text.replace("faq.9", "?").replace("GSTR-1", "?"))) == 2


def test_what_is_no_toml_is_told_with_its_line():
    (problem,) = problems("[eligible\n")
    assert problem.startswith("routes.toml: is not TOML: ")
    assert problem.endswith("(at line 1, column 10); correct that line")
