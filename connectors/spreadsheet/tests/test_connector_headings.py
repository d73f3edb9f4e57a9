"""Which sheet, which row, which column: headings as plans really have them, and clear words where they don't tell."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import actiontrack_spreadsheet
from actiontrack.api import UserError
from actiontrack_spreadsheet.headings import FIELDS, normal, variants, vocabulary
from actiontrack_spreadsheet.workbook import letters

if TYPE_CHECKING:
    from conftest import Connect, MakePlan

REPOSITORY = Path(__file__).resolve().parents[3]


def fields_of(plan: Path, connect: Connect, **options: object) -> dict[str, str]:
    return dict(connect(plan, **options).observe("", {}).columns)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Agreed action", "text"),
        ("ACTION\nREQUIRED:", "text"),
        ("What will we do?", "text"),
        ("Action(s)", "text"),
        ("2. Action to be taken", "text"),
        ("Lead agency", "lead_agency"),
        ("By\u00a0when", "current_due"),
        ("Timescale", "current_due"),
        ("Target Date (dd/mm/yyyy)", "current_due"),
        ("Deadline", "current_due"),
        ("Original target date", "original_due"),
        ("Revised date", "current_due"),
        ("RAG", "self_rating"),
        ("BRAG rating", "self_rating"),
        ("Progress update – to be completed by the agency", "progress"),
        ("Latest position", "progress"),
        ("Evidence of impact", "evidence"),
        ("Action to take", "text"),
        ("Action taken or proposed", "text"),
        ("Target date (revised)", "current_due"),
        ("Target date (original)", "original_due"),
        ("Due date – original", "original_due"),
        ("Officer", "lead_officer"),
        ("Key milestones achieved in enacting recommendation", "progress"),
        ("Critical friend's comments", "comments"),
        ("Ref.", "number"),
        ("Recommendation No.", "recommendation"),
        ("Lead officer", "lead_officer"),
        ("Name of the lead officer for this work", "lead_officer"),
        ("Barriers to progress", "status_reason"),
        ("Board's response", "response"),
    ],
)
def test_a_heading_is_known_by_its_usual_names(heading: str, field: str, make_plan: MakePlan, connect: Connect) -> None:
    texts = ["Do it", "Do more"]
    if field == "text":
        rows = [[heading, "Priority"], *([text, "High"] for text in texts)]
    else:
        rows = [["Action", heading], *([text, None] for text in texts)]
    columns = fields_of(make_plan(rows), connect)
    assert columns[field] == " ".join(heading.split())
    assert "text" in columns


def test_every_field_heads_its_own_column_in_a_workbook_of_ours() -> None:
    known = vocabulary()
    for field in FIELDS:
        (form, *_) = variants(known.labels[field])
        meant = known.first.get(form) or known.names.get(form)
        assert meant == field or field in getattr(known.either.get(form), "fields", ())


def test_no_heading_means_two_fields() -> None:
    known = vocabulary()
    assert not set(known.first) & set(known.names)
    assert not set(known.either) & (set(known.first) | set(known.names))
    assert all(normal(heading) == heading for heading in known.known)


def test_the_documented_synonyms_are_the_ones_in_use() -> None:
    shipped = Path(actiontrack_spreadsheet.__file__).with_name("columns.toml")
    assert (REPOSITORY / "config" / "columns.toml").read_bytes() == shipped.read_bytes()


def test_headings_stand_below_a_form_block(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(
        [
            ["SAR Action plan"],
            ["Lead agency:", "Exampleshire Council", "Date:", date(2026, 5, 1)],
            ["Author:", "Business unit"],
            [],
            [],
            ["Ref", "Action", "Target date", "Status"],
            ["1.1", "Train the staff", date(2026, 9, 1), "Open"],
        ],
        merges=["A1:D1"],
    )
    seen = connect(plan).observe("", {})
    assert seen.places == {"number": "A", "text": "B", "current_due": "C", "status": "D"}
    assert [(record.row, record.fields["text"]) for record in seen.records] == [(7, "Train the staff")]


def test_two_rows_of_headings_are_read_together(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(
        [
            ["Ref", "Action", None, "Timescale", None, "Agency response", None],
            [None, None, None, "Start", "End", "Progress", "Evidence"],
            ["1.1", "Train", None, date(2026, 1, 1), date(2026, 9, 1), "Begun", "Register"],
        ],
        merges=["A1:A2", "B1:C2", "D1:E1", "F1:G1"],
    )
    seen = connect(plan).observe("", {})
    assert seen.columns == {
        "number": "Ref",
        "text": "Action",
        "current_due": "Timescale End",
        "progress": "Agency response Progress",
        "evidence": "Agency response Evidence",
    }
    (record,) = seen.records
    assert record.fields["current_due"] == date(2026, 9, 1)
    assert record.fields["evidence"] == "Register"


def test_a_heading_split_over_two_unmerged_rows(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan(
        [["Agreed", "Lead", "Target"], ["action", "agency", "date"], ["Train", "Police", date(2026, 9, 1)]]
    )
    seen = connect(plan).observe("", {})
    assert seen.places == {"text": "A", "lead_agency": "B", "current_due": "C"}
    assert [record.row for record in seen.records] == [3]


def test_the_sheet_is_found_by_its_headings(make_plan: MakePlan, connect: Connect) -> None:
    def also(book: object, _: object) -> None:
        guidance = book.create_sheet("Guidance", 0)  # type: ignore[attr-defined]
        guidance.append(["Action", "Lead agency", "Target date", "Status", "Progress", "Evidence"])
        guidance.append(["What will be done", "Who leads", "When", "Open or closed", "News", "Proof"])
        lists = book.create_sheet("Lists")  # type: ignore[attr-defined]
        lists.append(["Status", "Lead agency"])
        lists.append(["Open", "Police"])

    plan = make_plan([["Action", "Target date"], ["Train", date(2026, 9, 1)]], sheet="Plan", also=also)
    assert connect(plan).observe("", {}).sheet == "Plan"
    assert connect(plan, sheet="guidance").observe("", {}).sheet == "Guidance"


def test_two_plans_in_one_workbook_are_a_question(make_plan: MakePlan, connect: Connect) -> None:
    def also(book: object, _: object) -> None:
        book.create_sheet("2027").append(["Action", "Status"])  # type: ignore[attr-defined]

    plan = make_plan([["Action", "Status"], ["Train", "Open"]], sheet="2026", also=also)
    with pytest.raises(
        UserError, match=r'plan\.xlsx: sheets “2026” and “2027” both look like the plan.*sheet = "2026"'
    ):
        connect(plan).observe("", {})


def test_a_sheet_that_is_not_there(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Status"], ["Train", "Open"]])
    with pytest.raises(UserError, match=r"no sheet “Plan 2027”; its sheets are Action plan"):
        connect(plan, sheet="Plan 2027").observe("", {})


@pytest.mark.parametrize("rivals", [("Target date", "Deadline"), ("Status", "Current status"), ("Status", "Status")])
def test_two_columns_for_one_field_are_a_question(
    rivals: tuple[str, str], make_plan: MakePlan, connect: Connect
) -> None:
    plan = make_plan([[], ["Action", rivals[0], "Notes", rivals[1]], ["Train", None, None, None]])
    field = "current_due" if rivals[1] == "Deadline" else "status"
    example = "B" if rivals[0] == rivals[1] else rivals[0]
    with pytest.raises(UserError) as caught:
        connect(plan).observe("", {})
    said = str(caught.value)
    assert f"“{rivals[0]}” (B2) and “{rivals[1]}” (D2) could each be {field}" in said
    assert f'[connector.columns], such as {field} = "{example}"' in said
    assert "\n" not in said
    settled = connect(plan, columns={field: "D"}).observe("", {})
    assert settled.places[field] == "D"


def test_a_revised_date_beside_a_target_date_makes_that_the_original(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Target date", "Revised target date"], ["Train", date(2026, 5, 1), date(2026, 9, 1)]])
    (record,) = connect(plan).observe("", {}).records
    assert record.fields["original_due"] == date(2026, 5, 1)
    assert record.fields["current_due"] == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("heading", "words", "field"),
    [
        ("Lead", ["Police", "Health Trust"], "lead_agency"),
        ("Lead", ["J Smith", "A Patel"], "lead_officer"),
        ("Owner", ["Head of Adult Safeguarding", "Team manager"], "lead_officer"),
        ("Owner", ["Council", "Police / Health Trust"], "lead_agency"),
        ("Responsible", ["ICB", "NHS Foundation Trust"], "lead_agency"),
        ("Lead", [None, None], "lead_agency"),
        ("Owner", [None, None], "lead_officer"),
        ("Recommendation", ["1", "2, 3"], "recommendation"),
        ("Recommendation", ["Rec 1", "R2"], "recommendation"),
        ("Recommendation", ["Partners should agree 1 pathway", "Train"], "recommendation_text"),
        ("Action ID", ["SAB-01", "SAB-07"], "number"),
    ],
)
def test_the_words_in_a_column_settle_what_its_heading_leaves_open(
    heading: str, words: list[str | None], field: str, make_plan: MakePlan, connect: Connect
) -> None:
    rows: list[list[str | None]] = [["Action", heading, "Status"]]
    plan = make_plan([*rows, ["Train", words[0], "Open"], ["Audit", words[1], "Open"]])
    assert fields_of(plan, connect).get(field) == heading


def test_lead_beside_a_lead_agency_is_the_officer(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Lead agency", "Lead"], ["Train", "Police", "Police"]])
    assert fields_of(plan, connect) == {"text": "Action", "lead_agency": "Lead agency", "lead_officer": "Lead"}


def test_a_mapping_wins_by_heading_or_by_letter(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "What I want done", None, "Status"], ["x", "Train", "Police", "Open"]])
    seen = connect(plan, columns={"text": "what i want DONE", "lead_agency": "c"}).observe("", {})
    assert seen.places == {"text": "B", "lead_agency": "C", "status": "D"}
    assert seen.records[0].fields["lead_agency"] == "Police"


def test_a_mapping_to_a_heading_that_is_not_there(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Status"], ["Train", "Open"]])
    with pytest.raises(UserError, match=r"priority = “Weight”, but row 1 has no such heading; it has “Action” \(A1\)"):
        connect(plan, columns={"priority": "Weight"}).observe("", {})


def test_a_column_named_for_two_fields(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Status"], ["Train", "Open"]])
    with pytest.raises(UserError, match=r"“Action” \(A1\) is named for both text and progress"):
        connect(plan, columns={"text": "Action", "progress": "A"}).observe("", {})


def test_no_headings_are_an_error_with_the_best_guess(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Title"], ["Thing", "Status", "Lead agency"], ["Train", "Open", "Police"]])
    with pytest.raises(UserError) as caught:
        connect(plan).observe("", {})
    said = str(caught.value)
    assert "plan.xlsx" in said
    assert "sheet “Action plan”, row 2: “Thing” (A2), “Status” (B2), “Lead agency” (C2)" in said
    assert 'text = "Thing"' in said
    assert "\n" not in said
    assert connect(plan, columns={"text": "Thing"}).observe("", {}).places["text"] == "A"


def test_an_empty_sheet_has_no_headings(make_plan: MakePlan, connect: Connect) -> None:
    with pytest.raises(UserError, match="nothing in it looks like headings"):
        connect(make_plan([])).observe("", {})


def test_the_heading_row_can_be_said(make_plan: MakePlan, connect: Connect) -> None:
    plan = make_plan([["Action", "Status", "Progress"], ["Job", "State"], ["Train", "Open"]])
    seen = connect(plan, header_row=2, columns={"text": "Job"}).observe("", {})
    assert seen.columns == {"text": "Job", "status": "State"}
    with pytest.raises(UserError, match=r"plan\.xlsx, row 3: no row of headings"):
        connect(plan, header_row=3).observe("", {})


def test_months_may_head_columns_too(make_plan: MakePlan, connect: Connect) -> None:
    months = [date(2026, month, 1) for month in (1, 2, 3)]
    plan = make_plan([["Action", "Status", "Lead agency", *months], ["Train", "Open", "Police", "begun"]])
    assert connect(plan).observe("", {}).places == {"text": "A", "status": "B", "lead_agency": "C"}


def test_rows_put_in_above_the_headings_do_no_harm_once_they_are_agreed(make_plan: MakePlan, connect: Connect) -> None:
    rows = [["Title"], ["Action", "Status"], ["Train", "Open"]]
    agreed = connect(make_plan(rows), header_row=2).observe("", {}).columns
    moved = make_plan([[], [], *rows])
    assert [record.row for record in connect(moved, header_row=2).observe("", agreed).records] == [5]


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_known_headings_are_found_in_any_order_below_any_title(
    data: st.DataObject, tmp_path: Path, connect: Connect
) -> None:
    known = vocabulary()
    names: dict[str, list[str]] = {}
    for heading, field in [*known.first.items(), *known.names.items()]:
        if field != "ref":
            names.setdefault(field, []).append(heading)
    others = data.draw(st.lists(st.sampled_from(sorted(set(names) - {"text"})), min_size=1, unique=True))
    order = data.draw(st.permutations(["text", *others]))
    headings = [data.draw(st.sampled_from(names[field])) for field in order]
    typed = [data.draw(st.sampled_from([str, str.upper, str.title, "{}:".format, " {} ".format]))(h) for h in headings]
    above = data.draw(st.lists(st.sampled_from(["", "Title", "Author:,Business unit"]), max_size=6))
    path = tmp_path / "plan.csv"
    path.write_text("\n".join([*above, ",".join(typed), ",".join("x" for _ in order)]) + "\n")
    seen = connect(path).observe("", {})
    assert seen.places == {field: letters(col) for col, field in enumerate(order, 1)}
    assert [record.row for record in seen.records] == [len(above) + 2]


def test_the_agreed_headings_are_found_wherever_they_moved(make_plan: MakePlan, connect: Connect) -> None:
    before = make_plan([["Action", "Target date", "Status"], ["Train", date(2026, 9, 1), "Open"]])
    agreed = connect(before).observe("", {}).columns
    moved = make_plan(
        [[], ["Progress", "Status", "Action", None, "Target date"], ["News", "Open", "Train", None, date(2026, 9, 1)]],
        sheet="Renamed",
    )
    seen = connect(moved).observe("", agreed)
    assert seen.columns == agreed
    assert seen.places == {"text": "C", "current_due": "E", "status": "B"}
    assert seen.records[0].fields == {"text": "Train", "current_due": date(2026, 9, 1), "status": "Open"}


def test_an_agreed_heading_that_vanished_is_absent(make_plan: MakePlan, connect: Connect) -> None:
    agreed = {"text": "Action", "current_due": "Target date", "status": "Status"}
    agreed["self_rating"] = "RAG"
    plan = make_plan([["Action", "Due", "Status"], ["Train", date(2026, 9, 1), "Open"]])
    assert connect(plan).observe("", agreed).columns == {"text": "Action", "status": "Status"}
    without_text = make_plan([["What", "Target date", "Status"], ["Train", date(2026, 9, 1), "Open"]])
    assert set(connect(without_text).observe("", agreed).columns) == {"current_due", "status"}
