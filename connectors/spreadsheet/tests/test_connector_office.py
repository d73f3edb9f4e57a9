"""Saved again by a real spreadsheet program, a workbook reads the same."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from actiontrack.api import Batch, Write, new_ref

if TYPE_CHECKING:
    from conftest import Connect, MakePlan

pytestmark = pytest.mark.office


def save_again(path: Path, profile: Path) -> Path:
    """Open the workbook in LibreOffice and save it, as a person does who changes nothing."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    assert program
    out = path.parent / "saved"
    subprocess.run(
        [program, "--headless", f"-env:UserInstallation={profile.as_uri()}", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return out / path.name


@pytest.mark.parametrize("made_here", [False, True])
def test_a_workbook_saved_again_is_unchanged(
    made_here: bool, make_plan: MakePlan, connect: Connect, tmp_path: Path
) -> None:
    def also(_: Any, sheet: Any) -> None:
        sheet["C5"].hyperlink = "https://example.org/evidence"
        sheet["D5"].number_format = "dd/mm/yyyy"
        sheet["A5"] = 1.1
        sheet["A5"].number_format = "0.00"

    if made_here:
        path = tmp_path / "new.xlsx"
        connector = connect(path, create=True)
    else:
        path = make_plan(
            [
                ["A plan"],
                [],
                ["Ref", "Recommendation", "Evidence", "Target date", "Action", "Status"],
                ["1.20", "Share", None, None, "Agree", "Open"],
                [None, None, "see file", date(2026, 9, 1), " Train\nall\u00a0staff ", "In progress"],
            ],
            merges=["A1:F1", "B4:B5"],
            also=also,
        )
        connector = connect(path, key="ref")
    seen = connector.observe("", {})
    writes = [Write(f"op-{r.row}", "", r.row, False, {}, {"ref": new_ref()}) for r in seen.records]
    text = {"text": "=Write\nit", "current_due": date(2027, 1, 31), "status": "In progress", "ref": new_ref()}
    writes.append(Write("new", "", 0, True, {}, text))
    done = list(connector.apply(Batch(writes, seen.proof, '{"store": "x"}', seen.columns)))
    assert {outcome.state for outcome in done} == {"applied"}
    before = connector.observe("", seen.columns)
    after = connect(save_again(path, tmp_path / "profile")).observe("", seen.columns)
    assert (after.key, after.binding, after.columns, after.places) == (
        before.key, before.binding, before.columns, before.places,
    )  # fmt: skip
    assert after.allowed == before.allowed
    assert [(r.remote_id, r.version) for r in after.records] == [(r.remote_id, r.version) for r in before.records]
