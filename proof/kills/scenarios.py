"""The scenarios: what has happened before, and what is then done and killed.

`prepare` brings a board's folder to the moment; `act` is what a person does then, told so that it can be done again by
somebody who finds it half done. Everything else follows from them: the steps, what was written, who edits what.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from board_suite import AGENCIES, BOARD, HEADINGS, POLICE, Suite, row

from proof.kills import tables
from proof.kills.remote import FileSystem

NOW = "2026-11-24T09:00:00Z"
LATER = "2026-11-24T11:00:00Z"
ONE_KEPT = BOARD + "backups = 1\n"
ASKING = BOARD + "questions = true\n"
RETURNS = '[[connector]]\nname = "returns"\ntype = "spreadsheet"\npath = "returns/"\nside = "agency"\n'
CASES = (
    '[[connector]]\nname = "cases"\ntype = "casesystem"\nfile = "cases.json"\nside = "agency"\nagency = "POL"\n'
    'kind = "{}"\n'
)


@dataclass(frozen=True)
class Scenario:
    """One. `edits` is the file people edit while it is down: a workbook, or the case system's own."""

    name: str
    prepare: Callable[[Suite], None]
    act: Callable[[Suite], None]
    edits: str = "plan.xlsx"
    half: Callable[[Suite], None] | None = None
    """The first half of `act`, where somebody may edit in between and the rest then does otherwise."""


def text(number: int) -> str:
    """The action of that number."""
    return f"Do the thing numbered {number}"


def synced(suite: Suite) -> None:
    """What most do: a sync."""
    suite.sync(code=None)


def approved(suite: Suite) -> None:
    """A sync, and an approval of whatever waits for one."""
    told = suite.sync(code=None)
    hashes = [part for each in told.values() if each["status"] == "guard" for part in ("--approve", each["plan"])]
    if hashes:
        suite.sync(*hashes, code=None)


# --- what has happened before ---------------------------------------------------------------------------------------


def _plan(suite: Suite, *connectors: str, rows: int = 6) -> None:
    suite.configure(*connectors)
    suite.make_plan(row(number) for number in range(1, rows + 1))


def _adopted(suite: Suite, *connectors: str, rows: int = 6) -> None:
    _plan(suite, *connectors, rows=rows)
    approved(suite)
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    approved(suite)


def _set(suite: Suite, name: str, action: str, **cells: object) -> None:
    def change(rows: list[tables.Row]) -> list[tables.Row]:
        for each in rows:
            if each["Action"] == action:
                each |= {heading.replace("_", " "): value for heading, value in cells.items()}
        return rows

    tables.edit(suite.folder / name, change)


def _append(suite: Suite, name: str, **cells: object) -> None:
    added = {heading.replace("_", " "): value for heading, value in cells.items()}
    tables.edit(suite.folder / name, lambda rows: [*rows, added])


def _delete(suite: Suite, name: str, *actions: str) -> None:
    tables.edit(suite.folder / name, lambda rows: [each for each in rows if each["Action"] not in actions])


def both_sides(suite: Suite) -> None:
    _adopted(suite, BOARD, POLICE)
    _set(suite, "plan.xlsx", text(1), Priority="Urgent")
    _set(suite, "police.xlsx", text(4), Lead_officer="Head of Custody")
    _set(suite, "police.xlsx", text(1), Lead_officer="Head of Crime")
    suite.run("action", "set", "4", "priority=Low")
    suite.run("action", "set", "3", "text=Do the third thing well")


def one_cell(suite: Suite) -> None:
    """One single cell is written: nothing else in the file can tell that it was."""
    _adopted(suite, ONE_KEPT)
    suite.run("action", "set", "1", "priority=Urgent")


def created_there(suite: Suite) -> None:
    _adopted(suite, BOARD, POLICE)
    police = AGENCIES["POL"]
    _append(suite, "plan.xlsx", Action="Brand new, by the board", Lead_agency=police, Status="In progress")


def created_here(suite: Suite) -> None:
    _adopted(suite, BOARD)
    suite.run("action", "add", "review=SAR-2026-01", "text=Brand new, on the command line", "lead_agency=POL")


def progress(suite: Suite) -> None:
    _adopted(suite, BOARD, POLICE)
    _set(suite, "police.xlsx", text(1), Progress="Training booked")
    _set(suite, "plan.xlsx", text(4), Progress="Seen by the board")
    _set(suite, "plan.xlsx", text(1), Progress="The board asks how far it is")


def conflict_opened(suite: Suite) -> None:
    _adopted(suite, BOARD, POLICE)
    _set(suite, "plan.xlsx", text(1), Action="As the board wants it", Priority="Urgent")
    _set(suite, "police.xlsx", text(1), Action="As the police want it")


def conflict_found(suite: Suite) -> None:
    conflict_opened(suite)
    synced(suite)


def proposed(suite: Suite) -> None:
    _adopted(suite, BOARD, POLICE)
    _set(suite, "police.xlsx", text(1), Due_date="2027-06-01")
    _append(suite, "police.xlsx", Action="Asked for by the police", Status="In progress")
    synced(suite)


def row_gone(suite: Suite) -> None:
    _adopted(suite, BOARD)
    _delete(suite, "plan.xlsx", text(5))
    synced(suite)
    suite.monkeypatch.setenv("AT_NOW", LATER)
    synced(suite)


def folder(suite: Suite) -> None:
    (suite.folder / "returns").mkdir()
    _adopted(suite, BOARD, RETURNS)
    for name, agency in (("police", "POL"), ("health", "HEA")):
        suite.run("workbook", "issue", "--agency", agency, "--out", str(suite.folder / "returns" / f"{name}.xlsx"))
    synced(suite)
    _set(suite, "returns/police.xlsx", text(1), Progress="Trained all shifts", Lead_officer="Head of Custody")
    _set(suite, "returns/health.xlsx", text(2), Lead_officer="Matron")
    _set(suite, "plan.xlsx", text(1), Priority="Urgent")


def _rows(*numbers: int) -> list[tables.Row]:
    return [
        {name: str(value) if not isinstance(value, datetime.date) else value.isoformat()
         for name, value in row(number).items() if value is not None}
        for number in numbers
    ]  # fmt: skip


def opendocument(suite: Suite) -> None:
    tables.make_ods(suite.folder / "plan.ods", HEADINGS, _rows(1, 2, 3, 4))
    suite.configure(BOARD.replace(".xlsx", ".ods"), POLICE)
    _after_another(suite, "plan.ods")


def comma_separated(suite: Suite) -> None:
    tables.make_csv(suite.folder / "plan.csv", HEADINGS, _rows(1, 2, 3, 4))
    suite.configure(BOARD.replace(".xlsx", ".csv"), POLICE)
    _after_another(suite, "plan.csv")


def _after_another(suite: Suite, name: str) -> None:
    approved(suite)
    suite.run("review", "set", "SAR-2026-01", "publication=published")
    synced(suite)
    _set(suite, "police.xlsx", text(1), Lead_officer="Head of Custody", Progress="Training booked")
    _set(suite, name, text(4), Priority="Urgent")
    suite.run("action", "set", "2", "priority=Low")


def _case_system(kind: str) -> Callable[[Suite], None]:
    def prepare(suite: Suite) -> None:
        _adopted(suite, BOARD, CASES.format(kind))
        cases = FileSystem(suite.folder / "cases.json")
        key = next(key for key, fields in cases.load()["records"].items() if fields["text"] == text(1))
        cases.edit(key, lead_officer="Head of Custody")
        suite.run("action", "set", "1", "priority=Urgent", "text=Do the first thing well")
        suite.run("action", "set", "4", "priority=Low")
        police = AGENCIES["POL"]
        _append(suite, "plan.xlsx", Action="Brand new, by the board", Lead_agency=police, Status="In progress")
        _append(suite, "plan.xlsx", Action="New too, by the board", Lead_agency=police, Status="In progress")

    return prepare


def guarded(suite: Suite) -> None:
    _adopted(suite, BOARD, POLICE, rows=16)
    _delete(suite, "plan.xlsx", *(text(number) for number in range(2, 14)))
    _set(suite, "plan.xlsx", text(1), Priority="Urgent")
    suite.run("action", "set", "16", "priority=Low")


def to_be_made(suite: Suite) -> None:
    _adopted(suite, BOARD)
    suite.configure(BOARD, POLICE)


def questions(suite: Suite) -> None:
    """Answers typed in the sheet of questions."""
    import openpyxl

    _adopted(suite, ASKING, POLICE)
    _set(suite, "plan.xlsx", text(1), Action="As the board wants it")
    _set(suite, "police.xlsx", text(1), Action="As the police want it")
    _set(suite, "police.xlsx", text(4), Due_date="2027-06-01")
    synced(suite)
    book = openpyxl.load_workbook(suite.plan)
    sheet = book["Questions"]
    header = next(at for at in range(1, 12) if sheet.cell(at, 1).value and sheet.cell(at, 2).value)
    columns = {cell.value: cell.column for cell in sheet[header] if cell.value}
    for at in (header + 1, header + 2):
        kind = sheet.cell(at, columns["What it is"]).value
        sheet.cell(at, columns["Answer"]).value = "Keep ours" if kind == "Conflict" else "Accept"
        sheet.cell(at, columns["Answered by"]).value = "The chair"
    book.save(suite.plan)


def damaged(suite: Suite) -> None:
    _adopted(suite, BOARD)
    suite.run("action", "set", "1", "priority=Urgent")
    synced(suite)
    _set(suite, "plan.xlsx", text(2), Lead_officer="Nobody")
    suite.run("action", "set", "1", "priority=Low")
    suite.run("action", "set", "3", "priority=Low")
    synced(suite)
    (suite.folder / "wanted").write_text(suite.run("connector", "backups", "master")[0]["id"])


# --- what is then done ----------------------------------------------------------------------------------------------


def settle(suite: Suite) -> None:
    """Settle the conflict over the action's text, and sync."""
    for each in suite.run("conflict", "list"):
        if each["field"] == "text":
            suite.run("conflict", "resolve", each["id"], "--value", "As all agree", code=None)
    synced(suite)


def accept(suite: Suite) -> None:
    """Accept what the police ask for, and sync."""
    for each in suite.run("proposal", "list"):
        if each["connector"] == "police":
            suite.run("proposal", "accept", each["id"], code=None)
    synced(suite)


def put_back(suite: Suite) -> None:
    """Refuse the removal of the row, so that it is put back."""
    for each in suite.run("proposal", "list"):
        if each["kind"] == "remove":
            suite.run("proposal", "refuse", each["id"], code=None)
    synced(suite)


def restore(suite: Suite) -> None:
    """Put the version back, and approve what it says."""
    put_version_back(suite)
    approved(suite)


def put_version_back(suite: Suite) -> None:
    """The plan as it was before the last sync wrote to it, unless it looks so."""
    looks = {each["Action"]: each for each in tables.read(suite.plan)}
    if looks[text(3)]["Priority"] == "Low":
        suite.run("connector", "restore", "master", (suite.folder / "wanted").read_text(), code=None)


SCENARIOS = {
    each.name: each
    for each in (
        Scenario("adoption", lambda suite: _plan(suite, BOARD, POLICE), approved),
        Scenario("both sides", both_sides, synced),
        Scenario("both sides, theirs edited", both_sides, synced, "police.xlsx"),
        Scenario("one cell", one_cell, synced),
        Scenario("created there", created_there, synced),
        Scenario("created here", created_here, synced),
        Scenario("progress", progress, synced),
        Scenario("progress, theirs edited", progress, synced, "police.xlsx"),
        Scenario("conflict opened", conflict_opened, synced),
        Scenario("conflict settled", conflict_found, settle),
        Scenario("proposal accepted", proposed, accept, "police.xlsx"),
        Scenario("removal answered", row_gone, put_back),
        Scenario("folder", folder, synced, "returns/police.xlsx"),
        Scenario("opendocument", opendocument, synced, "plan.ods"),
        Scenario("comma separated", comma_separated, synced, "plan.csv"),
        Scenario("case system, marks", _case_system("marks"), synced, "cases.json"),
        Scenario("case system, idempotent", _case_system("idempotent"), synced, "cases.json"),
        Scenario("case system, neither", _case_system("neither"), synced, "cases.json"),
        Scenario("guard approved", guarded, approved),
        Scenario("workbook made", to_be_made, approved),
        Scenario("questions answered", questions, synced),
        Scenario("version restored", damaged, restore, half=put_version_back),
    )
}
