"""A plan nobody here wrote: a macro workbook with its headings on row 7 under a form block, and 179 columns."""

from __future__ import annotations

import shutil
import tomllib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from actiontrack.api import Batch, UserError, Write, new_ref

if TYPE_CHECKING:
    from conftest import Connect

    from actiontrack_spreadsheet.connector import SpreadsheetConnector

REPOSITORY = Path(__file__).resolve().parents[3]
EXAMPLE = tomllib.loads((REPOSITORY / "config" / "examples" / "poam.toml").read_text("utf-8"))["connector"][0]
OPTIONS = {name: EXAMPLE[name] for name in ("sheet", "header_row", "columns")}


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return Path(shutil.copy(Path(__file__).parent / "data" / "real" / EXAMPLE["path"], tmp_path))


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def adopt(connector: SpreadsheetConnector) -> list[str]:
    seen = connector.observe("", {})
    refs = [new_ref() for _ in seen.records]
    writes = [
        Write(f"op-{record.row}", "", record.row, creates=False, before={}, after={"ref": ref})
        for record, ref in zip(seen.records, refs, strict=True)
    ]
    done = list(connector.apply(Batch(writes, seen.proof, '{"store": "x"}', seen.columns)))
    assert [outcome.state for outcome in done] == ["applied"] * len(writes)
    return refs


def test_without_a_mapping_it_asks_which_column_holds_the_actions(plan: Path, connect: Connect) -> None:
    with pytest.raises(UserError, match=r"saf_poam_rhel8\.xlsm: .* sheet “POA&M”, row 7: .*\[connector.columns\]"):
        connect(plan).observe("", {})


def test_the_example_says_where_everything_is(plan: Path, connect: Connect) -> None:
    seen = connect(plan, **OPTIONS).observe("", {})
    assert seen.key == "ref"
    assert [record.row for record in seen.records] == [8, 13]
    assert {name: seen.places[name] for name in OPTIONS["columns"]} == {
        "text": "V", "lead_agency": "E", "current_due": "H", "status": "L", "progress": "M", "priority": "P",
    }  # fmt: skip
    assert seen.records[0].fields["status"] == "Ongoing"
    assert seen.records[0].fields["current_due"] == "3/03/2027"
    assert seen.allowed["priority"] == ("Very Low", "Low", "Moderate", "High", "Very High")


def test_adoption_changes_the_sheet_and_the_binding_only(plan: Path, connect: Connect) -> None:
    before = parts(plan)
    connector = connect(plan, **OPTIONS)
    refs = adopt(connector)
    after = parts(plan)
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed <= {
        "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
        "docProps/custom.xml", "_rels/.rels", "[Content_Types].xml",
    }  # fmt: skip
    assert after["xl/vbaProject.bin"] == before["xl/vbaProject.bin"]
    assert [record.remote_id for record in connector.observe("", {}).records] == refs


def test_a_later_edit_changes_the_sheet_and_our_note_only(plan: Path, connect: Connect) -> None:
    connector = connect(plan, **OPTIONS)
    refs = adopt(connector)
    seen = connector.observe("", {})
    before = parts(plan)
    write = Write("op", refs[1], 0, creates=False, before={}, after={"status": "Completed", "progress": "Patched"})
    (done,) = connector.apply(Batch([write], seen.proof, seen.binding, seen.columns))
    assert done.state == "applied"
    after = parts(plan)
    assert list(after) == list(before)
    assert {name for name in after if before[name] != after[name]} == {
        "xl/worksheets/sheet1.xml",
        "docProps/custom.xml",
    }
    for kind in (b"<dataValidation ", b"<x14:dataValidation "):
        assert after["xl/worksheets/sheet1.xml"].count(kind) == before["xl/worksheets/sheet1.xml"].count(kind)
