"""A workbook opened in LibreOffice: sorted, filled in, saved there, and given back. Only where LibreOffice is."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ims_fsm import Booked, Kind, PurchaseRegister
from ims_fsm.terms.vocabulary import State
from tests.workflow.filled import Filled

DAY = date(2024, 10, 5)
OFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not here: no workbook is opened in it"),
]
# Sorts the rows by the document's value, the largest first, and rejects what then stands first.
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Filled
  Dim doc, area
  Dim opened(0) As New com.sun.star.beans.PropertyValue
  opened(0).Name = "Hidden"
  opened(0).Value = True
  doc = StarDesktop.loadComponentFromURL(ConvertToURL("{source}"), "_blank", 0, opened())
  area = doc.Sheets.getByName("B2B").getCellRangeByName("A7:AP{last}")
  Dim field(0) As New com.sun.star.table.TableSortField
  field(0).Field = 5
  field(0).IsAscending = False
  Dim how(1) As New com.sun.star.beans.PropertyValue
  how(0).Name = "SortFields"
  how(0).Value = field()
  how(1).Name = "ContainsHeader"
  how(1).Value = False
  area.sort(how())
  area.getCellByPosition(6, 0).setString("Rejected")
  doc.calculateAll()
  Dim saved(0) As New com.sun.star.beans.PropertyValue
  saved(0).Name = "FilterName"
  saved(0).Value = "Calc MS Excel 2007 XML"
  doc.storeToURL(ConvertToURL("{target}"), saved())
  doc.close(True)
End Sub
</script:module>
"""


def saved_by_office(source: Path, folder: Path, rows: int) -> bytes:
    target, profile = folder / "saved.xlsx", folder / "profile"
    office = [str(OFFICE), f"-env:UserInstallation=file://{profile}", "--headless", "--norestore"]
    # The first start makes the profile, with an empty module.
    subprocess.run([*office, "--terminate_after_init"], check=True, capture_output=True, timeout=300)
    module = MODULE.format(source=source, target=target, last=6 + rows)
    (profile / "user/basic/Standard/Module1.xba").write_text(module)
    subprocess.run([*office, "macro:///Standard.Module1.Filled"], check=True, capture_output=True, timeout=300)
    return target.read_bytes()


def test_a_workbook_sorted_filled_in_and_saved_by_libreoffice_is_read(stage, tmp_path):
    ids = [
        stage.filed(stage.document(number=f"123456789012345{n}", value=n * 1_000_00, igst=18_00 * n)) for n in range(5)
    ]
    source = tmp_path / "ims.xlsx"
    with source.open("wb") as out:
        stage.desk.export_workbook(out)
    content = saved_by_office(source, tmp_path, len(ids))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    _, _, _, _, _, titles, *rows = book.get_sheet_by_name("B2B").to_python(skip_empty_area=False)
    names = [row[titles.index("Invoice/Note number")] for row in rows]
    assert names == [f"123456789012345{n}" for n in reversed(range(5))]
    assert [row[titles.index("Record")] for row in rows] == ids[::-1]
    # One rule offers each row its own list, wherever it was sorted to, and the sums follow what was chosen.
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        rules = re.findall(r"<dataValidation .*?</dataValidation>", archive.read("xl/worksheets/sheet2.xml").decode())
    assert [rule for rule in rules if 'sqref="G7:G11"' in rule and "INDIRECT($" in rule]
    summary = book.get_sheet_by_name("Summary").to_python(skip_empty_area=False)
    (line,) = [dict(zip(summary[5], row, strict=True)) for row in summary if row[0] == "B2B"]
    assert (line["Rejected"], line["No Action"], line["Your ITC as chosen"]) == (1, 4, 18.0 * (0 + 1 + 2 + 3))
    judged = stage.desk.apply(content)
    assert ([row.record_id for row in judged.rows], judged.refused, judged.blank) == ([ids[-1]], (), 4)
    assert stage.record(ids[-1]).state is State.REJECTED


def test_a_workbook_filled_with_what_is_recommended_goes_through_libreoffice(stage, tmp_path):
    """What was filled in, a pair by hand too, comes back as it was when LibreOffice has written it anew."""
    ids = [stage.filed(stage.document(number=f"A/{n}", date=DAY)) for n in range(3)]
    rows = [
        Booked("", stage.seller, Kind.INVOICE, number, DAY, 1_000_00, 18_000, 0, 0, 0, "line 2", 1)
        for number in ("A/0", "X/9")
    ]
    stage.desk.match(PurchaseRegister("books.csv", tuple(rows), {}))
    out = io.BytesIO()
    stage.desk.export_workbook(out, fill=True)
    source, target = tmp_path / "ims.xlsx", tmp_path / "saved"
    source.write_bytes(
        Filled.of(out.getvalue()).fill(ids[2], {"Pair with": "#2", "Reason for the pair": "same"}).content
    )
    office = [str(OFFICE), f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*office, "--outdir", str(target), str(source)], check=True, capture_output=True, timeout=300)
    content = (target / "ims.xlsx").read_bytes()
    checked = stage.desk.check(content)
    assert (checked.refused, checked.paired, checked.blank) == ((), 1, 0)
    assert (stage.desk.apply(content).rows, stage.desk.match_decisions()[0].record_id) == (checked.rows, ids[2])
    assert [stage.record(record).state for record in ids] == [State.ACCEPTED, State.PENDING, State.PENDING]
