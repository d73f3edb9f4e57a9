"""CSV files: the same plan in another file, with the encoding and delimiter it has."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from actiontrack.api import Batch, UserError, Write, new_ref

if TYPE_CHECKING:
    from conftest import Connect

TEXT = (
    "Ref;Action;Lead agency;Target date;Progress\r\n"
    "1.1;Café – £5 training;Police;03/04/2026;begun\r\n"
    '1.2;"Audit; twice";Council;;\r\n'
)


@pytest.fixture(params=["cp1252", "utf-8", "utf-8-sig", "utf-16"])
def plan(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "plan.csv"
    path.write_bytes(TEXT.encode(request.param))
    return path


def test_a_csv_file_is_read_in_its_own_encoding(plan: Path, connect: Connect) -> None:
    before = plan.read_bytes()
    seen = connect(plan).observe("", {})
    assert [record.fields["text"] for record in seen.records] == ["Café – £5 training", "Audit; twice"]
    assert seen.records[0].fields["current_due"] == "03/04/2026"
    assert seen.records[1].fields["current_due"] is None
    assert (seen.key, seen.binding) == ("ref", "")
    assert seen.setup == [
        "A column “Action ID” is added at F1, right of the headings; each action's own ID is written in it."
    ]
    assert plan.read_bytes() == before


def test_a_csv_file_is_adopted_and_edited(plan: Path, connect: Connect) -> None:
    encoding = next(each for each in ("utf-8-sig", "utf-16", "cp1252") if _reads(plan, each))
    connector = connect(plan)
    seen = connector.observe("", {})
    refs = [new_ref() for _ in range(3)]
    writes = [
        Write(f"op-{record.row}", "", record.row, creates=False, before={}, after={"ref": ref})
        for record, ref in zip(seen.records, refs, strict=False)
    ]
    done = list(connector.apply(Batch(writes, seen.proof, "bound", seen.columns)))
    assert {outcome.state for outcome in done} == {"applied"}
    adopted = connector.observe("", seen.columns)
    assert ([record.remote_id for record in adopted.records], adopted.setup) == (refs[:2], [])
    writes = [
        Write(
            "a",
            refs[0],
            0,
            creates=False,
            before={},
            after={"progress": "=done – truly", "current_due": date(2027, 1, 31)},
        ),
        Write("b", "", 0, creates=True, before={}, after={"text": "Write", "ref": refs[2]}),
    ]
    done = list(connector.apply(Batch(writes, adopted.proof, "bound", adopted.columns)))
    assert [outcome.state for outcome in done] == ["applied", "applied"]
    again = connect(plan).observe("", seen.columns)
    assert [record.version for record in again.records if record.row != 3] == [
        outcome.record.version for outcome in done if outcome.record
    ]
    assert again.records[0].fields["progress"] == "=done – truly"
    lines = plan.read_bytes().decode(encoding).split("\r\n")
    assert lines[0] == "Ref;Action;Lead agency;Target date;Progress;Action ID"
    assert lines[2] == f'1.2;"Audit; twice";Council;;;{refs[1]}'
    assert lines[3].rstrip().endswith(refs[2])


def _reads(path: Path, encoding: str) -> bool:
    try:
        return path.read_bytes().decode(encoding).startswith("Ref;")
    except UnicodeError:
        return False


def test_a_csv_file_goes_by_its_numbers_only_where_that_is_said(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("Ref,Action\n1.1,Train\n1.2,Audit\n")
    seen = connect(path, key="number").observe("", {})
    assert (seen.key, [record.remote_id for record in seen.records]) == ("number", ["1.1", "1.2"])
    assert seen.setup == ["Rows are known by “Ref” (A1), filled and different in each; no column is added."]


def test_a_csv_file_without_headings_is_an_error(tmp_path: Path, connect: Connect) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("one,two\n1,2\n")
    with pytest.raises(UserError, match=r"plan\.csv: no row of headings"):
        connect(path).observe("", {})
