"""The annual report's section, the public register and a review's story, made by the command line from a real store.

Two reviews are published, one is embargoed and full of markers. Every figure is counted once more by SQL that shares
nothing with the reports' code.
"""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from board_suite import BOARD, POLICE, Suite
from read_pdf import everything_in

MARKER = "Quillfeather"
"""Stands in everything that is said of the embargoed review."""
YEAR = ("--from", "2025-04-01", "--to", "2026-03-31")


def make_reviews(suite: Suite) -> dict[str, str]:
    """The record of a year and what came before it; the refs of its actions by name."""
    run = suite.run
    run("meeting", "add", "ref=M-1", "body=Board", "date=2025-09-10", now="2025-04-02T09:00:00Z")
    dates = {"SAR-2024-01": "report_signed_off=2024-11-05", "SAR-2025-01": "report_signed_off=2025-06-01"}
    for ref, signed in dates.items():
        run("review", "add", f"ref={ref}", f"title=Adult {ref[-4:]}", "regime=SAR", signed, "commissioned=2024-01-10")
        run("review", "set", ref, "publication=published", f"published={signed.partition('=')[2]}")
    run(
        "review", "add", "ref=SAR-2025-09", f"title=Adult {MARKER}", "regime=SAR", "commissioned=2025-10-01",
        f"parallel_proceedings={MARKER}",
    )  # fmt: skip
    findings = (("SAR-2025-01", "hinders"), ("SAR-2025-01", "supports"), ("SAR-2024-01", "hinders"))
    for number, (review, effect) in enumerate(findings, start=1):
        run("finding", "add", f"ref=F{number}", f"review={review}", f"text=Pattern {number}", f"effect={effect}")
    run(
        "finding",
        "add",
        "ref=F9",
        "review=SAR-2025-09",
        f"text=Pattern of {MARKER}",
        f"questions_for_board=Is {MARKER} so?",
    )
    for ref, review, finding in (("R1", "SAR-2025-01", "F1"), ("R2", "SAR-2025-01", "F2"), ("R3", "SAR-2024-01", "F3")):
        run("recommendation", "add", f"ref={ref}", f"review={review}", f"findings={finding}", f"number={ref[1]}",
            f"text=Let practitioners see build-up over time, {ref}")  # fmt: skip
    run("recommendation", "add", "ref=R9", "review=SAR-2025-09", "findings=F9", "number=9",
        f"text=Let practitioners see {MARKER} build up over time", "addressed_to=POL")  # fmt: skip
    run("recommendation", "set", "R1", "response=accepted", "impact_measure=Audit of ten cases", "decided_at=M-1")
    run("recommendation", "set", "R2", "response=not_accepted", "response_reasons=It is done already", "decided_at=M-1")
    suite.monkeypatch.setenv("AT_NOW", "2025-10-02T09:00:00Z")
    made = {}
    for name, review, answer in (
        ("done", "SAR-2025-01", "R1"), ("open", "SAR-2025-01", "R1"), ("hidden", "SAR-2025-09", "R9"),
        ("across", "SAR-2025-09", "R1, R9"),
    ):  # fmt: skip
        told = MARKER if review == "SAR-2025-09" else "the forms"
        made[name] = run("action", "add", f"text=Mend {told}: {name}", f"review={review}", "lead_agency=POL")["ref"]
        numbers = ", ".join(part.strip()[1] for part in answer.split(",") if part.strip() != "R1" or name != "across")
        run("action", "set", made[name], f"recommendation={numbers}", "current_due=2025-12-01")
    made["ended"] = found_in_a_workbook(suite, "Mend the forms: ended")
    verify(suite, made["done"], shows="https://example.org/audit")
    verify(suite, made["hidden"], shows=f"https://example.org/{MARKER}")
    run(
        "action",
        "set",
        made["ended"],
        "status=closed_not_implemented",
        "status_reason=The service closed",
        "--meeting",
        "M-1",
    )
    return made


def found_in_a_workbook(suite: Suite, text: str) -> str:
    """An action of R3, with an answer whose reasons were never written down."""
    cells = {"Action": text, "Lead agency": "Norchester Police", "Due date": date(2025, 12, 1)}
    headings = ("Rec no", "Action", "Lead agency", "Due date", "Board's response")
    plan = suite.make_plan([{**cells, "Rec no": 3, "Board's response": "Accepted in part"}], headings=headings)
    suite.run("import", str(plan), "--review", "SAR-2024-01", code=None)
    return str(suite.action(text)["ref"])


def verify(suite: Suite, ref: str, shows: str) -> None:
    suite.run("action", "set", ref, "status=reported_complete")
    suite.run("action", "evidence", ref, "--link", shows, "--effective", "2025-09-30")
    suite.run("action", "sign-off", ref, "--agency", "HEA")
    suite.run("action", "set", ref, "status=verified")


@pytest.fixture
def reviews(suite: Suite) -> dict[str, str]:
    suite.configure()
    return make_reviews(suite)


def parts(path: Path) -> Iterator[bytes]:
    """A file's bytes; of a package, those of its parts; of a PDF, its words and all it holds unpacked."""
    content = path.read_bytes()
    yield content
    if path.suffix == ".pdf":
        yield from everything_in(content)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for name in package.namelist():
                yield name.encode() + package.read(name)


def names_nobody(folder: Path) -> int:
    """How many parts of files were looked through; fails where one tells of the embargoed review."""
    looked = 0
    for path in sorted(folder.rglob("*")):
        for part in parts(path) if path.is_file() else ():
            looked += 1
            assert MARKER.encode() not in part, path.name
            assert MARKER.encode("utf-16-le") not in part, path.name
    return looked


def report(suite: Suite, *args: str, out: str = "out") -> tuple[dict[str, Any], dict[str, bytes]]:
    told = suite.run("report", *args, "--out", str(suite.folder / out))
    return told["figures"], {Path(name).suffix: Path(name).read_bytes() for name in told["files"]}


def test_the_annual_section_counts_what_sql_counts(suite: Suite, reviews: dict[str, str]) -> None:
    figures, files = report(suite, "annual", *YEAR)
    db = sqlite3.connect(suite.folder / "at.db")

    def count(query: str) -> int:
        return int(db.execute(query).fetchone()[0])

    concluded = "report_signed_off BETWEEN '2025-04-01' AND '2026-03-31'"
    refused = "response IN ('not_accepted', 'accepted_in_part')"
    public = "(SELECT ref FROM review WHERE publication = 'published')"
    assert figures == {
        "concluded": count(f"SELECT count(*) FROM review WHERE {concluded}"),
        "findings": count(f"SELECT count(*) FROM finding WHERE review IN (SELECT ref FROM review WHERE {concluded})"),
        "under_way": count(
            "SELECT count(*) FROM review WHERE report_signed_off IS NULL AND commissioned <= '2026-03-31'"
        ),
        "recommendations": count(f"SELECT count(*) FROM recommendation WHERE review IN {public}"),
        "actions_done": count(f"SELECT count(*) FROM action WHERE status = 'verified' AND review IN {public}"),
        "actions_done_not_published": count(
            f"SELECT count(*) FROM action WHERE status = 'verified' AND review NOT IN {public}"
        ),
        "not_implemented": count(f"SELECT count(*) FROM recommendation WHERE decided_at = 'M-1' AND {refused}")
        + count("SELECT count(*) FROM action WHERE status = 'closed_not_implemented'")
        + 1,  # R3, whose meeting nobody recorded: it was first recorded in the year
        "reasons_missing": 1,
    }
    assert (figures["concluded"], figures["findings"], figures["actions_done"], figures["under_way"]) == (1, 2, 1, 1)
    told = json.loads(files[".json"])
    rows = {table["key"]: table["rows"] for section in told["sections"] for table in section["tables"]}
    assert [row["reasons"] for row in rows["refused"]] == ["", "It is done already."]
    assert [row["reasons"] for row in rows["ended"]] == ["The service closed."]
    assert [row["review"] for row in rows["under_way"]] == ["SAR-2025-09"]


ACTIONS = """
    SELECT r.review, r.number, count(a.ref), coalesce(sum(a.status IN ('verified', 'embedded')), 0),
           coalesce(sum(a.status NOT IN ('verified', 'embedded', 'closed_not_implemented', 'superseded',
                                         'no_longer_applicable')), 0)
    FROM recommendation r LEFT JOIN action a
      ON EXISTS (SELECT 1 FROM json_each(a.recommendations) WHERE value = r.ref)
     AND a.review IN (SELECT ref FROM review WHERE publication = 'published')
    WHERE r.review IN (SELECT ref FROM review WHERE publication = 'published')
    GROUP BY r.ref ORDER BY 1, 2
"""
REVIEWS = """
    SELECT ref, (SELECT count(*) FROM finding WHERE review = r.ref),
           (SELECT count(*) FROM recommendation WHERE review = r.ref),
           (SELECT count(*) FROM action WHERE review = r.ref)
    FROM review r WHERE publication = 'published' ORDER BY published DESC
"""
EVIDENCE = """
    SELECT a.review, a.number, count(e.ref) FROM action a LEFT JOIN evidence e ON e.action = a.ref
    WHERE a.review IN (SELECT ref FROM review WHERE publication = 'published') GROUP BY a.ref ORDER BY a.text
"""


def test_every_figure_in_their_tables_is_what_sql_counts(suite: Suite, reviews: dict[str, str]) -> None:
    for name, number in (("done", "1.1"), ("open", "1.2"), ("ended", "3.1")):
        suite.run("action", "set", reviews[name], f"number={number}")
    db = sqlite3.connect(suite.folder / "at.db")

    def tables(*which: str) -> dict[str, list[dict[str, Any]]]:
        told = json.loads(report(suite, *which)[1][".json"])
        return {table["key"]: table["rows"] for section in told["sections"] for table in section["tables"]}

    annual = tables("annual", *YEAR)
    rows = [
        tuple(row[name] for name in ("review", "in_plan", "actions", "verified", "open"))
        for row in annual["implementation"]
    ]
    assert sorted(rows) == db.execute(ACTIONS).fetchall()
    register = tables("register", "--as-at", "2026-03-31")
    names = ("review", "findings", "recommendations", "actions")
    assert [tuple(row[name] for name in names) for row in register["reviews"]] == db.execute(REVIEWS).fetchall()
    evidence = {(review, number): count for review, number, count in db.execute(EVIDENCE)}
    listed = {
        (review, row["in_plan"]): row["evidence"]
        for review in ("SAR-2024-01", "SAR-2025-01")
        for row in register[f"actions-{review}"]
    }
    assert listed == evidence
    assert {(row["review"], row["in_plan"]): row["evidence"] for row in annual["done"]} == {("SAR-2025-01", "1.1"): 1}


def test_commentary_has_the_boards_own_days(suite: Suite, reviews: dict[str, str]) -> None:
    """Half past eleven in UTC is the next day here in summer; a decision is of the day of its meeting."""
    suite.run("action", "progress", reviews["done"], "The Board looked", now="2025-10-20T23:30:00Z")
    suite.run("decision", "add", "M-1", "R1", "accepted", "--reasons", "It can be done", now="2025-11-20T09:00:00Z")
    told = json.loads(report(suite, "register", "--as-at", "2026-03-31")[1][".json"])
    tables = {table["key"]: table["rows"] for section in told["sections"] for table in section["tables"]}
    said = [(row["day"], row["commentary"]) for row in tables["commentary-SAR-2025-01"]]
    assert said == [("2025-09-10", "accepted: It can be done"), ("2025-10-21", "The Board looked")]


def test_a_year_in_which_nothing_was_recorded_is_empty_and_a_year_the_wrong_way_round_is_refused(
    suite: Suite, reviews: dict[str, str]
) -> None:
    figures, _ = report(suite, "annual", "--from", "2019-04-01", "--to", "2020-03-31")
    assert set(figures.values()) == {0}
    told = suite.run("report", "annual", "--from", "2026-04-01", "--to", "2025-03-31", "--out", "x", code=2)
    assert "ends (2025-03-31) before it begins (2026-04-01)" in told["error"]


def test_the_register_counts_what_sql_counts(suite: Suite, reviews: dict[str, str]) -> None:
    figures, files = report(suite, "register", "--as-at", "2026-03-31")
    db = sqlite3.connect(suite.folder / "at.db")
    public = "(SELECT ref FROM review WHERE publication = 'published')"
    assert figures == {
        "reviews": db.execute("SELECT count(*) FROM review WHERE publication = 'published'").fetchone()[0],
        **{
            f"{noun}s": db.execute(f"SELECT count(*) FROM {noun} WHERE review IN {public}").fetchone()[0]
            for noun in ("finding", "recommendation", "action")
        },
    }
    text = files[".html"].decode()
    assert "Mend the forms: done" in text
    assert "seen in practice" not in text, "nothing was checked"


@pytest.mark.parametrize("which", [("annual", *YEAR), ("register", "--as-at", "2026-03-31")])
def test_what_is_published_says_nothing_of_an_embargoed_review(
    suite: Suite, reviews: dict[str, str], which: tuple[str, ...]
) -> None:
    report(suite, *which)
    assert names_nobody(suite.folder / "out") > 25, "three packages and two texts"
    suite.run("review", "set", "SAR-2025-09", "publication=published", "published=2026-01-10")
    _, files = report(suite, "register", "--as-at", "2026-03-31", out="later")
    assert MARKER in files[".html"].decode(), "it is told once it is published"
    suite.run("review", "set", "SAR-2025-09", "publication=not_for_publication")
    report(suite, *which, out="never")
    assert names_nobody(suite.folder / "never") > 25


@pytest.mark.parametrize("which", ["", "refs"])
def test_nothing_that_an_agency_gets_tells_of_an_embargoed_review(suite: Suite, which: str) -> None:
    """But what the rule lets through: the action's own text, which the Board writes, and the agency's own part."""
    embargo = f'embargo = "{which}"\n' if which else ""
    suite.configure(BOARD.replace('review = "SAR-2026-01"\n', ""), POLICE + embargo)
    suite.make_plan([])
    made = make_reviews(suite)
    across = made["across"]
    suite.run("action", "set", made["hidden"], "text=Mend what was found")
    suite.run("action", "set", across, "text=Mend it all", "agencies=HEA")
    suite.run("action", "progress", across, f"The Board saw {MARKER}")
    suite.run("action", "comment", across, f"Was {MARKER} asked?")
    for what in (
        ("progress", across, f"We met {MARKER}"),
        ("evidence", across, "--link", f"https://example.org/{MARKER}"),
    ):
        suite.run("--agency", "HEA", "action", *what)
    suite.run("--agency", "HEA", "action", "set", across, "status=blocked", f"status_reason=Waits for {MARKER}",
              "look_again=2026-02-01")  # fmt: skip
    (suite.folder / "notes.csv").write_text("36 of 40", encoding="utf-8")
    suite.run(
        "--agency", "HEA", "action", "evidence", across, "--file", str(suite.folder / "notes.csv"), "--shows", MARKER
    )
    suite.adopt(now="2026-03-20T09:00:00Z")
    suite.sync(code=None)
    suite.run("workbook", "issue", "--agency", "POL", "--out", str(suite.folder / "issued.xlsx"))
    swept = suite.run("sweep")
    assert any(each["ref"] == across for each in swept["raised"]), "it is overdue"
    assert MARKER not in json.dumps(swept), "what is mailed: refs, dates and counts"
    with suite.edit("police.xlsx") as sheet:
        texts = {row["Action"] for row in sheet.rows()}
        assert texts if which else texts >= {"Mend what was found", "Mend it all"}
    told = suite.run("report", "agency", "POL", "--as-at", "2026-03-20", "--out", str(suite.folder / "pack"))
    assert told["figures"]["under_embargo"] == 2
    assert names_nobody(suite.folder / "pack") > 20
    looked = [part for name in ("police.xlsx", "issued.xlsx") for part in parts(suite.folder / name)]
    assert len(looked) > 20
    assert not any(MARKER.encode() in part for part in looked)


@pytest.mark.parametrize(
    "which",
    [("annual", *YEAR), ("register", "--as-at", "2026-03-31"), ("review", "SAR-2025-01", "--as-at", "2026-03-31")],
)
def test_the_same_record_makes_the_same_bytes_and_can_be_made_again_later(
    suite: Suite, reviews: dict[str, str], which: tuple[str, ...]
) -> None:
    _, first = report(suite, *which, out="first")
    again = json.loads(first[".json"])["audit"]["again"]
    entry = suite.run("audit", "verify")["entries"]
    assert set(first) == {".docx", ".html", ".json", ".pdf", ".xlsx"}
    assert report(suite, *which, out="second")[1] == first
    suite.run("action", "set", reviews["open"], "text=Something else", now="2026-02-01T09:00:00Z")
    suite.run("recommendation", "set", "R1", "response_reasons=Later words")
    assert report(suite, *which, out="third")[1] != first
    assert report(suite, *which, "--at-entry", str(entry), out="fourth")[1] == first
    renamed = (suite.folder / "actiontrack.toml").read_text().replace("Norchester Police", "Norchester Constabulary")
    (suite.folder / "actiontrack.toml").write_text(renamed)
    assert report(suite, *which, "--at-entry", again, out="fifth")[1] == first
    assert "no audit entry" in suite.run("report", *which, "--at-entry", "6x", "--out", "x", code=2)["error"]


def test_a_reviews_story_goes_from_finding_to_effect(suite: Suite, reviews: dict[str, str]) -> None:
    suite.run("finding", "set", "F1", "questions_for_board=Do forms show a pattern?")
    suite.run("recommendation", "link", "R1", "R3")
    _, files = report(suite, "review", "SAR-2025-01", "--as-at", "2026-03-31")
    told = json.loads(files[".json"])
    first = told["sections"][0]
    assert first["says"] == [
        "Pattern 1. It hinders good practice (full confidence).",
        "The Board was asked: Do forms show a pattern?",
        "Recommendation 1: Let practitioners see build-up over time, R1.",
        "The Board's answer on 10 September 2025: accepted.",
        "It is measured by: Audit of ten cases.",
        "This is the second review to say this since 2024.",
    ]
    done = next(row for row in first["tables"][0]["rows"] if row["ref"] == reviews["done"])
    assert (done["status"], done["evidence"]) == ("verified", "1 piece, the newest of 30 September 2025")
    assert (
        suite.run("recommendation", "show", "R1")["recurrence"] == "This is the second review to say this since 2024."
    )
    assert suite.run("recommendation", "show", "R3")["recurrence"] == ""
    told = suite.run("report", "review", "SAR-1999", "--as-at", "2026-03-31", "--out", "x", code=2)
    assert "There was no review SAR-1999 on 31 March 2026" in told["error"]


def test_lessons_of_other_reviews_are_suggested_and_linked_by_a_person(suite: Suite, reviews: dict[str, str]) -> None:
    found = suite.run("recommendation", "similar", "R1")
    assert {each["other"] for each in found} == {"R3", "R9"}, "never one of its own review"
    assert not any(each["linked"] for each in found)
    assert suite.run("recommendation", "link", "R1", "R3", "--dry-run")["linked"] == ["R3"]
    assert suite.run("recommendation", "show", "R1")["linked"] == []
    suite.run("recommendation", "link", "R1", "R3")
    assert suite.run("recommendation", "show", "R3")["linked"] == ["R1"], "each names the other"
    assert suite.run("recommendation", "similar", "R1")[0]["other"] == "R3", "what is linked comes first"
    assert "same review" in suite.run("recommendation", "link", "R1", "R2", code=2)["error"]
    suite.run("recommendation", "unlink", "R3", "R1")
    assert suite.run("recommendation", "show", "R1")["linked"] == []
    pairs = {(each["ref"], each["other"]) for each in suite.run("recommendation", "similar")}
    assert pairs == {("R1", "R3"), ("R1", "R9"), ("R2", "R3"), ("R2", "R9"), ("R3", "R9")}, "each pair once"
