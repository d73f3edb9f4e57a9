"""What is read: which rows are actions, what their cells say, how versions tell a change."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actiontrack.api import Fixed, RetryableError, Unread, UserError, new_ref
from actiontrack_spreadsheet.rows import versions

if TYPE_CHECKING:
    from conftest import Connect, MakePlan

AFTERNOON = datetime(2026, 9, 1, 14, 30)
HEAD = ["Ref", "Recommendation", "Action", "Lead agency", "Target date", "Status", "Evidence"]


def texts(plan: Path, connect: Connect, **options: Any) -> list[Any]:
    return [record.fields["text"] for record in connect(plan, **options).observe("", {}).records]


def test_bands_spacers_totals_and_repeated_headings_are_no_actions(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(
        [
            HEAD,
            ["Recommendation 1: information is shared"],
            ["1.1", "Share", "Agree a protocol", "Police", date(2026, 9, 1), "Open"],
            ["1.2", "Share", "Recommendation 2 of the audit is put in place", "Council", date(2026, 9, 1), "Open"],
            [],
            HEAD,
            [None, None, "Theme 2"],
            ["2.1", "Learn", "Train the staff", "Council", None, "Open"],
            [None, None, "   "],
            ["Total", None, 3],
            [None, None, "Total actions: 3"],
        ],
        merges=["A2:G2"],
    )
    assert texts(plan, connect) == [
        "Agree a protocol", "Recommendation 2 of the audit is put in place", "Train the staff",
    ]  # fmt: skip


def test_a_tables_totals_row_is_no_action(make_plan: MakePlan, connect: Connect) -> None:
    def also(_: Any, sheet: Any) -> None:
        from openpyxl.worksheet.table import Table

        table = Table(displayName="Plan", ref="A1:B4", totalsRowCount=1)
        sheet.add_table(table)

    plan = make_plan([["Action", "Status"], ["Train", "Open"], ["Audit", "Open"], ["Sum of all", "2"]], also=also)
    assert texts(plan, connect) == ["Train", "Audit"]


def test_merged_cells_fill_down_and_blank_ones_where_asked(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(
        [
            HEAD,
            ["1.1", "Share", "Agree", "Police", date(2026, 9, 1), "Open"],
            ["1.2", None, "Train", None, None, "Open"],
            ["2.1", "Learn", "Audit", None, None, "Open"],
        ],
        merges=["B2:B3"],
    )
    records = connect(plan, fill_down=["lead_agency"]).observe("", {}).records
    assert [record.fields["recommendation_text"] for record in records] == ["Share", "Share", "Learn"]
    assert [record.fields["lead_agency"] for record in records] == ["Police"] * 3
    assert [record.fields["current_due"] for record in records] == [date(2026, 9, 1), None, None]


def test_an_action_in_cells_merged_down_is_one_action(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(
        [["Action", "Status"], ["Train", "Open"], [None, "more"], ["Audit", "Open"]],
        merges=["A2:A3"],
    )
    assert texts(plan, connect) == ["Train", "Audit"]


def test_hidden_and_filtered_rows_are_there(make_plan: MakePlan, connect: Connect) -> None:
    def also(_: Any, sheet: Any) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.auto_filter.ref = "A1:B3"
        sheet.auto_filter.add_filter_column(0, ["Audit"])

    assert texts(make_plan([["Action", "Status"], ["Train", "Open"], ["Audit", "Open"]], also=also), connect) == [
        "Train", "Audit",
    ]  # fmt: skip


def test_values_come_as_typed(make_plan: MakePlan, connect: Connect) -> None:
    def also(_: Any, sheet: Any) -> None:
        sheet["A2"] = 1.1
        sheet["A2"].number_format = "0.00"
        sheet["A3"] = 1.1000000000000001
        sheet["E3"] = 46000
        sheet["E4"] = AFTERNOON
        sheet["F2"] = True
        sheet["G2"].hyperlink = "https://example.org/evidence/1"
        sheet["G3"].hyperlink = "register.pdf"

    plan = make_plan(
        [
            HEAD,
            [None, "Share", " Agree\u00a0it\n", "Police", date(2026, 9, 1), None, "see file"],
            [None, "Share", "Train", "Police", None, "Open", "see file"],
            ["1.3", "Share", "Audit", "Police", None, "Open", "Register of training"],
        ],
        also=also,
    )
    first, second, third = connect(plan).observe("", {}).records
    assert first.fields["number"] == "1.10"
    assert first.fields["text"] == " Agree\u00a0it\n"
    assert first.fields["current_due"] == date(2026, 9, 1)
    assert first.fields["status"] == "TRUE"
    assert first.fields["evidence"] == Fixed("https://example.org/evidence/1", "it holds a link")
    assert second.fields["number"] == "1.1"
    assert second.fields["current_due"] == "46000"
    assert second.fields["evidence"] == Fixed("register.pdf", "it holds a link")
    assert third.fields["current_due"] == AFTERNOON
    assert third.fields["evidence"] == "Register of training"


def test_formulas_and_errors_are_not_values_to_write_over(tmp_path: Path, connect: Connect) -> None:
    import xlsxwriter

    plan = tmp_path / "plan.xlsx"
    book = xlsxwriter.Workbook(plan)
    sheet = book.add_worksheet("Plan")
    sheet.write_row(0, 0, ["Action", "Status", "RAG", "Priority"])
    for row, cached in ((1, "Red"), (2, "Green")):
        sheet.write(row, 0, f"Action {row}")
        sheet.write(row, 1, "Open")
        sheet.write_formula(row, 2, '=IF(1,"Red","Green")', None, cached)
    sheet.write_formula(1, 3, "=NA()", None, "#N/A")
    sheet.write_formula(2, 3, "=1+1", None, 2)
    book.close()
    seen = connect(plan).observe("", {})
    first, second = seen.records
    assert first.fields["self_rating"] == Fixed("Red", "it holds a formula")
    assert second.fields["self_rating"] == Fixed("Green", "it holds a formula")
    assert isinstance(first.fields["priority"], Unread)
    assert first.fields["priority"].shown == "#N/A"
    assert second.fields["priority"] == Fixed("2", "it holds a formula")
    assert "self_rating" not in seen.writable
    assert {"text", "status"} <= set(seen.writable)


def test_a_formula_nobody_calculated_is_unknown_not_blank(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Status"], ["Train", '=IF(1,"Open","")']])
    (record,) = connect(plan).observe("", {}).records
    unread = record.fields["status"]
    assert isinstance(unread, Unread)
    assert unread.why == "the formula was never calculated"


def test_the_words_of_a_drop_down_are_told(make_plan: MakePlan, connect: Connect) -> None:
    def also(_: Any, sheet: Any) -> None:
        from openpyxl.worksheet.datavalidation import DataValidation

        check = DataValidation("list", formula1='"Open,Complete"')
        check.add("B2:B9")
        sheet.add_data_validation(check)

    seen = connect(make_plan([["Action", "Status"], ["Train", "Open"]], also=also)).observe("", {})
    assert dict(seen.allowed) == {"status": ("Open", "Complete")}
    assert seen.limits["text"] == 32767


def test_a_locked_column_of_a_protected_sheet_is_not_writable(make_plan: MakePlan, connect: Connect) -> None:
    def also(_: Any, sheet: Any) -> None:
        from openpyxl.styles import Protection

        sheet.protection.sheet = True
        sheet["B2"].protection = Protection(locked=False)

    seen = connect(make_plan([["Action", "Status"], ["Train", "Open"]], also=also)).observe("", {})
    assert set(seen.writable) == {"status"}


# --- keys -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "key"),
    [
        (["1.1", "1.2"], "number"),
        (["A7", "B9"], "number"),
        (["12", "7"], "number"),
        (["1", "2"], "ref"),
        (["2", "1"], "ref"),
        (["1.1", "1.1"], "ref"),
        (["1.1", None], "ref"),
        (["=1+1", "=2+2"], "ref"),
    ],
)
def test_a_plans_own_numbers_key_its_rows_only_if_they_can(
    numbers: list[str | None], key: str, make_plan: MakePlan, connect: Connect
) -> None:
    plan = make_plan([["Ref", "Action", "Status"], *([number, "Train", "Open"] for number in numbers)])
    seen = connect(plan).observe("", {})
    assert seen.key == key
    if key == "number":
        assert [record.remote_id for record in seen.records] == numbers
        assert "no column is added" in seen.setup[0]
    else:
        assert {record.remote_id for record in seen.records} == {""}
        assert "“Action ID” is added at D1" in seen.setup[0]


def test_a_column_of_action_ids_keys_its_rows(make_plan: MakePlan, connect: Connect) -> None:
    first = new_ref()
    plan = make_plan([["Ref", "Action", "Action ID"], ["1.1", "Train", first.lower()], ["1.2", "Audit", None]])
    seen = connect(plan).observe("", {})
    assert seen.key == "ref"
    assert [record.remote_id for record in seen.records] == [first, ""]
    assert "ref" not in seen.columns
    assert seen.places["ref"] == "C"
    assert "ref" not in seen.records[0].fields


def test_ids_mistyped_or_doubled_are_handed_on_as_they_are(make_plan: MakePlan, connect: Connect) -> None:
    good, bad = new_ref(), "AT-0000-0000-0001"
    plan = make_plan([["Action", "Action ID"], ["Train", good], ["Audit", bad], ["Write", good]])
    seen = connect(plan).observe("", {})
    assert [record.remote_id for record in seen.records] == [good, bad, good]
    assert not seen.problems, "whose they are is the engine's to say"


def test_a_formula_in_the_key_column_is_told_of(tmp_path: Path, connect: Connect) -> None:
    import xlsxwriter

    first, second = new_ref(), new_ref()
    plan = tmp_path / "plan.xlsx"
    book = xlsxwriter.Workbook(plan)
    sheet = book.add_worksheet("Plan")
    sheet.write_row(0, 0, ["Action", "Action ID"])
    sheet.write_row(1, 0, ["Train", first])
    sheet.write(2, 0, "Audit")
    sheet.write_formula(2, 1, '="AT"', None, second)
    book.close()
    seen = connect(plan).observe("", {})
    assert [record.remote_id for record in seen.records] == [first, second]
    (problem,) = seen.problems
    assert (problem.cell, problem.value, problem.field, problem.quarantines) == ("B3", second, "ref", True)


def test_a_plans_own_action_ids_leave_ours_another_heading(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action ID", "Action"], ["SAB-1", "Train"], ["SAB-1", "Audit"]])
    seen = connect(plan).observe("", {})
    assert seen.key == "ref"
    assert "“Actiontrack ID” is added at C1" in seen.setup[0]


def test_numbers_can_be_asked_for_as_keys_or_refused(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Ref", "Action"], ["1", "Train"], ["2", "Audit"]])
    assert connect(plan, key="number").observe("", {}).key == "number"
    other = make_plan([["Ref", "Action"], ["1.1", "Train"], ["2.5", "Audit"]], name="other.xlsx")
    assert connect(other, key="ref").observe("", {}).key == "ref"
    none = make_plan([["Action", "Status"], ["Train", "Open"]], name="none.xlsx")
    with pytest.raises(UserError, match="no column of numbers to key the rows by"):
        connect(none, key="number").observe("", {})


def test_the_column_that_is_added_is_the_first_free_one(make_plan: MakePlan, connect: Connect) -> None:
    def also(_: Any, sheet: Any) -> None:
        sheet["C5"] = "a note beside the plan"

    seen = connect(make_plan([["Action", "Status"], ["Train", "Open"]], also=also)).observe("", {})
    assert seen.places.get("ref") is None
    assert "at D1" in seen.setup[0]


# --- versions -------------------------------------------------------------------------------------------------------

words = st.text(st.characters(exclude_categories=("Cc", "Cs")))  # no workbook holds control characters
raw = st.one_of(
    st.none(),
    words,
    st.dates(),
    st.builds(Fixed, words, st.just("it holds a formula")),
    st.builds(Unread, words, st.just("why"), st.just("do")),
)


@given(st.lists(st.tuples(words, raw, raw), min_size=2, max_size=2))
def test_versions_are_equal_if_and_only_if_the_rows_are(rows: list[tuple[str, Any, Any]]) -> None:
    keys, first, second = zip(*rows, strict=True)
    one, other = versions([first, second], keys)
    blank = [tuple("" if value is None else value for value in row) for row in rows]
    assert (one == other) == (blank[0] == blank[1])


def test_a_version_forgets_styles_and_the_place_of_strings(make_plan: MakePlan, connect: Connect) -> None:
    def styled(_: Any, sheet: Any) -> None:
        from openpyxl.styles import Font

        sheet["A2"].font = Font(bold=True)
        sheet["D9"] = "elsewhere"

    rows = [["Action", "Target date", "Status"], ["Train", date(2026, 9, 1), "Open"]]
    (plain,) = connect(make_plan(rows)).observe("", {}).records
    (other,) = connect(make_plan(rows, name="b.xlsx", also=styled)).observe("", {}).records
    assert plain.version == other.version


# --- files that can't be read ---------------------------------------------------------------------------------------


def test_a_missing_file_is_named(tmp_path: Path, connect: Connect) -> None:
    with pytest.raises(UserError, match=r"gone\.xlsx: there is no such file"):
        connect(tmp_path / "gone.xlsx").observe("", {})


@pytest.mark.parametrize("lock", ["~$plan.xlsx", ".~lock.plan.xlsx#"])
def test_a_file_that_is_open_is_left_for_later(lock: str, make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Status"], ["Train", "Open"]])
    content = (
        b"\x07J Smith" + b" " * 47 + b"\x07\x00J\x00 \x00S\x00m\x00i\x00t\x00h\x00"
        if "~$" in lock
        else b",J Smith,desk,01.01.2026 09:00,file:///x;"
    )
    (plan.parent / lock).write_bytes(content)
    with pytest.raises(RetryableError, match=r"plan\.xlsx.*J Smith"):
        connect(plan).observe("", {})


def test_a_lock_file_is_no_workbook(tmp_path: Path, connect: Connect) -> None:
    (tmp_path / "~$plan.xlsx").write_bytes(b"\x07J Smith")
    with pytest.raises(UserError, match="only the mark of an open file"):
        connect(tmp_path / "~$plan.xlsx").observe("", {})


def test_files_of_no_use_are_told_of_in_one_line(make_plan: MakePlan, tmp_path: Path, connect: Connect) -> None:
    good = make_plan([["Action", "Status"], ["Train", "Open"]])
    (tmp_path / "cut.xlsx").write_bytes(good.read_bytes()[:900])
    (tmp_path / "page.xlsx").write_text("<html><table><tr><td>Action</td></tr></table></html>")
    (tmp_path / "plan.ods").write_bytes(b"PK")
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(tmp_path / "none.xlsx", "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/workbook.xml":
                start, end = content.index(b"<sheets>"), content.index(b"</sheets>")
                content = content[:start] + b"<sheets>" + content[end:]
            new.writestr(part, content)
    for name in ("cut.xlsx", "page.xlsx", "plan.ods", "none.xlsx"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(UserError) as caught:
            connect(tmp_path / name).observe("", {})
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)
        assert (tmp_path / name).read_bytes() == before
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(UserError, match="it is a folder"):
        connect(tmp_path / "folder.xlsx").observe("", {})


def test_an_encrypted_workbook_says_so(make_plan: MakePlan, tmp_path: Path, connect: Connect) -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    good = make_plan([["Action", "Status"], ["Train", "Open"]])
    with good.open("rb") as plain, (tmp_path / "secret.xlsx").open("wb") as out:
        OOXMLFile(plain).encrypt("secret", out)
    with pytest.raises(UserError, match=r"secret\.xlsx.*(password|encrypted|protected)"):
        connect(tmp_path / "secret.xlsx").observe("", {})


def test_a_file_that_is_unchanged_is_not_read_twice(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Status"], ["Train", "Open"]])
    connector = connect(plan)
    first = connector.observe("", {})
    assert connector.observe("", {}).records is first.records
    other = make_plan([["Action", "Status"], ["Audit", "Open"]], name="other.xlsx")
    shutil.copy(other, plan)
    assert connector.observe("", {}).records[0].fields["text"] == "Audit"


def test_what_the_doctor_asks(make_plan: MakePlan, connect: Connect, tmp_path: Path) -> None:
    plan = make_plan([["Action", "Status", "Target date", "Lead agency"], ["Train", "Open", None, "Police"]])
    (problem,) = connect(plan).check()
    assert problem.field == "progress"
    assert "no column found for progress" in problem.text
    (missing,) = connect(tmp_path / "gone.xlsx").check()
    assert "there is no such file" in missing.text
    assert list(connect(tmp_path / "new.xlsx", create=True).check()) == []
