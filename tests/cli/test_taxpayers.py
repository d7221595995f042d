"""`taxpayer`."""

from __future__ import annotations

BUYER = "27AAPFU0939F1ZV"


def test_a_taxpayer_is_registered_and_corrected(bare):
    first = bare("taxpayer", BUYER.lower(), "--json").ended(0).json["taxpayers"]
    assert first == [{"gstin": BUYER, "name": "", "kind": "normal", "filing": "monthly", "registered_from": "2024-10"}]
    told = {"kind": "casual", "filing": "quarterly", "from": "2025-01", "name": "Meera"}
    given = [word for name, value in told.items() for word in (f"--{name}", value)]
    assert "Meera  casual  quarterly  2025-01" in bare("taxpayer", BUYER, *given).ended(0).out
    kept = bare("taxpayer", BUYER, "--name", "Meera & Co", "--json").ended(0).json["taxpayers"][0]
    assert kept == {
        "gstin": BUYER, "name": "Meera & Co", "kind": "casual", "filing": "quarterly", "registered_from": "2025-01"
    }  # fmt: skip


def test_all_are_shown_without_a_gstin(bare):
    bare("migrate").ended(0)
    assert bare("taxpayer").ended(0).out == "No taxpayer is registered; an import registers its recipient.\n"
    bare("taxpayer", BUYER).ended(0)
    bare("taxpayer", "29AABCT1332L1ZA").ended(0)
    assert len(bare("taxpayer", "--json").ended(0).json["taxpayers"]) == 2


def test_a_check_digit_that_fails_is_warned_of(bare):
    told = bare("taxpayer", "27AAPFU0939F1ZW").ended(0).out
    assert told.endswith("warning: the check digit of 27AAPFU0939F1ZW does not hold; check the GSTIN.\n")


def test_something_is_said_of_somebody(bare):
    message = "name the taxpayer's GSTIN to say something about him"
    assert bare("taxpayer", "--kind", "isd").ended(2).err == f"error: {message}; see ims-fsm taxpayer --help\n"


def test_what_is_no_gstin_is_refused(bare, tmp_path):
    message = "GSTIN: 'x' is no GSTIN; write its 15 characters like 27AAPFU0939F1ZV"
    assert bare("taxpayer", "x").ended(2).err == f"error: {message}\n"
    assert not list(tmp_path.iterdir())
