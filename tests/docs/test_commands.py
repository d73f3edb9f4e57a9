"""The docs' commands are run as they stand, and their outputs compared.

In a page, a `sh` block is run line by line in one folder a page; `# exit N` says which exit code is right. An `output`
block after it holds lines that must be in what was printed, in order; `…` stands for anything. Words in capitals stand
for ids: CONFLICT_ID, PROPOSAL_ID, BACKUP_ID and PLAN_HASH are looked up. A `toml` block is added to the configuration.
"""

from __future__ import annotations

import contextlib
import datetime
import io
import json
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from actiontrack.cli.front import run
from actiontrack.demo.workbook import make_board_workbook

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


@dataclass
class Reader:
    """Somebody who follows a page to the letter."""

    monkeypatch: pytest.MonkeyPatch
    folder: Path

    def follow(self, page: Path) -> int:
        """Run every block; returns how many commands were run."""
        printed, count = "", 0
        for _, kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            if kind == "output":
                expect(text, printed, page)
            elif kind == "toml":
                self.configure(text)
            elif kind == "sh":
                printed = ""
                for line in text.splitlines():
                    printed += self.type(line)
                    count += 1
        return count

    def type(self, line: str) -> str:
        """One command line; returns what it printed."""
        command, _, comment = line.partition("  #")
        if command.startswith("cd "):
            self.folder = self.folder / command[3:].strip()
            self.monkeypatch.chdir(self.folder)
            return ""
        wanted = int(comment.split()[1]) if comment.strip().startswith("exit") else 0
        code, out = call(*shlex.split(self.fill_in(command))[1:])
        assert code == wanted, f"{command}\n{out}"
        return out

    def fill_in(self, command: str) -> str:
        """Ids in place of the words in capitals."""
        for word, listing in (("CONFLICT_ID", "conflict"), ("PROPOSAL_ID", "proposal")):
            if word in command:
                command = command.replace(word, json.loads(call("--json", listing, "list")[1])[0]["id"])
        if "BACKUP_ID" in command:
            command = command.replace("BACKUP_ID", json.loads(call("--json", "connector", "backups")[1])[0]["id"])
        if "PLAN_HASH" in command:
            found = json.loads(call("sync", "--dry-run", "--json")[1])["connectors"]
            command = command.replace("PLAN_HASH", found[0]["plan"])
        return command

    def configure(self, text: str) -> None:
        """Put a block where it belongs: a sub-table after the last connector, a table at the end."""
        file = self.folder / "actiontrack.toml"
        file.write_text(file.read_text(encoding="utf-8") + "\n" + re.sub(r"^ +", "", text, flags=re.MULTILINE))


def call(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = run(arguments)
    return code, out.getvalue()


def expect(lines: str, printed: str, page: Path) -> None:
    """Each line is in what was printed, in order."""
    at = 0
    for line in lines.splitlines():
        pattern = r"\s+".join(re.escape(word).replace("…", ".*?") for word in line.split())
        found = re.search(pattern, printed[at:])
        assert found, f"{page.name}: {line!r} was not printed:\n{printed}"
        at += found.end()


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.setenv("AT_NOW", "2026-11-24T09:00:00Z")
    monkeypatch.setenv("ACTIONTRACK_USER", "reader")
    monkeypatch.chdir(tmp_path)
    return Reader(monkeypatch, tmp_path)


def test_the_tutorial(reader: Reader) -> None:
    assert reader.follow(ROOT / "docs" / "tutorial" / "first-hour.md") > 10


def make_plan(folder: Path, *changes: dict[str, str]) -> None:
    """A board's plan of two actions in `plans`, with these cells typed otherwise."""
    action = {
        "number": "1.1", "text": "Show earlier calls.", "lead": "POL", "officer": "Head of contact",
        "priority": "High", "due": 30, "status": "On course", "progress": "", "rag": "",
    }  # fmt: skip
    actions = [action, action | {"number": "1.2", "text": "Train teams."}]
    plan = {
        "board": "B",
        "review": {"ref": "SAR-2026-01", "title": "Adult M", "methodology": "Learning Together"},
        "agency": [{"code": "POL", "aliases": ["Police"]}],
        "recommendation": [{"number": "1", "text": "See the pattern.", "response": "Accepted"}],
        "action": [each | change for each, change in zip(actions, changes or ({}, {}), strict=True)],
    }
    (folder / "plans").mkdir()
    make_board_workbook(folder / "plans" / "master.xlsx", plan, datetime.date(2026, 11, 24))


def test_adopting_a_workbook(reader: Reader, tmp_path: Path) -> None:
    make_plan(tmp_path)
    assert reader.follow(ROOT / "docs" / "how-to" / "adopt-a-workbook.md") == 6
    assert (tmp_path / "plans" / "police.xlsx").is_file()


def test_mending_a_workbook(reader: Reader, tmp_path: Path) -> None:
    make_plan(tmp_path, {"status": "Nearly there"}, {"status": "Sometime"})
    assert reader.follow(ROOT / "docs" / "how-to" / "mend-a-workbook.md") == 13


def test_reporting_to_the_board(reader: Reader) -> None:
    assert reader.follow(ROOT / "docs" / "how-to" / "report-to-the-board.md") == 7


def test_issuing_a_workbook(reader: Reader) -> None:
    assert reader.follow(ROOT / "docs" / "how-to" / "issue-a-workbook.md") == 5


def test_collecting_returns(reader: Reader) -> None:
    assert reader.follow(ROOT / "docs" / "how-to" / "collect-returns.md") == 4


def test_closing_an_action(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "audit.csv").write_text("36 of 40", encoding="utf-8")
    assert reader.follow(ROOT / "docs" / "how-to" / "close-an-action.md") == 32
    assert (tmp_path / "copy-of-audit.csv").read_text(encoding="utf-8") == "36 of 40"


def test_bringing_in_a_review(reader: Reader, tmp_path: Path) -> None:
    review = ROOT / "plugins" / "learning-together" / "tests" / "data" / "sar-2026-07.yaml"
    (tmp_path / "adult-k.yaml").write_bytes(review.read_bytes())
    assert reader.follow(ROOT / "docs" / "how-to" / "bring-in-a-review.md") == 8


def test_telling_people(reader: Reader, tmp_path: Path) -> None:
    assert reader.follow(ROOT / "docs" / "how-to" / "tell-people.md") == 10
    assert list((tmp_path / "demo" / "outbox").glob("*.eml"))


def test_publishing_a_review(reader: Reader) -> None:
    assert reader.follow(ROOT / "docs" / "how-to" / "publish-a-review.md") == 6
    assert len(list(Path("papers").iterdir())) == 15, "three papers, five formats"


RUN_EVERY_DAY = ROOT / "docs" / "how-to" / "run-every-day.md"


def test_running_every_day(reader: Reader) -> None:
    assert reader.follow(RUN_EVERY_DAY) == 6
    assert not list(reader.folder.glob("backups/*")), "missed, and not caught up"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_takes_the_units_as_they_stand(tmp_path: Path) -> None:
    text = RUN_EVERY_DAY.read_text(encoding="utf-8")
    units = re.findall(r"`/etc/systemd/system/([\w.-]+)`:\n\n```ini\n(.*?)```", text, re.DOTALL)
    assert [name for name, _ in units] == [
        "actiontrack.service",
        "actiontrack-check.service",
        "actiontrack-check.timer",
    ]
    program = shutil.which("true")
    for name, unit in units:
        (tmp_path / name).write_text(unit.replace("/usr/local/bin/actiontrack", str(program)), encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name, _ in units)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, [line for line in told.stderr.splitlines() if str(tmp_path) in line]) == (0, [])


class Manager(Reader):
    """A reader who asks for the sheet of questions, and answers in it."""

    def type(self, line: str) -> str:
        """One command line, and what the page says to do by hand before it."""
        if line.startswith("actiontrack sync --dry-run"):
            self.answer()
        printed = super().type(line)
        if line == "cd demo":
            file = self.folder / "actiontrack.toml"
            board, asked = 'side = "board"', 'side = "board"\nquestions = true'
            file.write_text(file.read_text(encoding="utf-8").replace(board, asked, 1))
        return printed

    def answer(self) -> None:
        """Choose an answer to each question, in the words of the page."""
        file = self.folder / "board-plan.xlsx"
        book = openpyxl.load_workbook(file)
        sheet = book["Questions"]
        header = next(row for row in sheet.iter_rows() if row[0].value == "Question ID")
        columns = {cell.value: cell.column for cell in header}
        for row in range(header[0].row + 1, sheet.max_row + 1):
            conflict = sheet.cell(row, columns["What it is"]).value == "Conflict"
            sheet.cell(row, columns["Answer"]).value = "Take theirs" if conflict else "Accept"
            sheet.cell(row, columns["Answered by"]).value = "Head of safeguarding"
        book.save(file)


def test_answering_in_the_workbook(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> None:
    manager = Manager(monkeypatch, reader.folder)
    assert manager.follow(ROOT / "docs" / "how-to" / "answer-in-the-workbook.md") == 7


def test_readme_shows_what_the_demo_prints(reader: Reader) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"```text\n(.*?)```", text, re.DOTALL)
    assert shown
    printed = reader.type("actiontrack demo")
    for line in shown.group(1).splitlines():
        assert " ".join(line.split()) in {" ".join(each.split()) for each in printed.splitlines()}


def test_readme_begins_with_the_two_commands_each_one_line() -> None:
    blocks = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    (_, first_kind, demo), (_, second_kind, tests) = blocks[:2]
    assert (first_kind, second_kind) == ("sh", "sh")
    assert demo.count("\n") == tests.count("\n") == 1
    assert demo.rstrip().endswith("uv run actiontrack demo")
    assert tests.rstrip().endswith("uv run pytest")
    assert re.search(r"uv==\d+\.\d+\.\d+", demo)
    assert demo.split("&&")[0] == tests.split("&&")[0]
