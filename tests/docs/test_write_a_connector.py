"""The guide to a connector of one's own, followed to the letter in processes of its reader's.

A block whose first line names a file is written into it: a new file, at the end of one, or at the end of its class.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.docs.test_commands import BLOCK, expect
from tests.servers.house import begin, end, free_port, wait_for
from uninstalled import surroundings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "write-a-connector.md"
FILE = re.compile(r"# (\S+\.(?:py|toml))(?:, (at the end|in the class))?\n")
PORT = "8730"
IN_THE_CLASS = "\n\ndef record_of"


class Author:
    """Somebody who follows the page in an empty folder, with another port where the page names one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.env: Mapping[str, str] = surroundings(AT_NOW="2026-11-24T09:00:00Z", ACTIONTRACK_USER="author")
        self.serving: list[subprocess.Popen[bytes]] = []

    def follow(self) -> None:
        printed = ""
        for _, kind, text in BLOCK.findall(PAGE.read_text("utf-8").replace(PORT, str(self.port))):
            if kind in ("python", "toml"):
                self.write(text)
            elif kind == "sh":
                printed = "".join(self.type(line) for line in text.splitlines())
            elif kind == "output":
                expect(text, printed, PAGE)

    def write(self, text: str) -> None:
        found = FILE.match(text)
        assert found, text
        file, where, code = self.folder / found[1], found[2], text[found.end() :]
        before = file.read_text("utf-8") if file.exists() else ""
        file.parent.mkdir(parents=True, exist_ok=True)
        if where == "in the class":
            head, tail = before.split(IN_THE_CLASS)
            file.write_text(f"{head}\n{code}{IN_THE_CLASS}{tail}", "utf-8")
        else:
            assert not before or where == "at the end" or file.suffix == ".toml", f"{file} is there already"
            file.write_text(f"{before}\n\n{code}" if before else code, "utf-8")

    def type(self, line: str) -> str:
        """One command line; returns what it printed."""
        command, _, comment = line.partition("  #")
        wanted = int(comment.split()[1]) if comment.strip().startswith("exit") else 0
        words = shlex.split(command)
        if words[-1] == "&":
            process = begin([sys.executable, *words[1:-1]], self.folder, **self.env)
            self.serving.append(process)
            wait_for(process, self.folder, lambda: self.ask("-c", _KNOCK.format(self.port)).returncode == 0)
            return ""
        if words[0] == "export":
            self.env = {**self.env, **dict([words[1].split("=")])}
            return ""
        if words[:3] == ["uv", "pip", "install"]:
            self.env = {**self.env, "PYTHONPATH": surroundings(self.folder)["PYTHONPATH"]}
            return ""
        if words[0] == "actiontrack":
            words[:1] = ["python", "-m", "actiontrack"]
        assert words[0] == "python", line
        done = self.ask(*(self.plan() if word == "PLAN_HASH" else word for word in words[1:]))
        assert done.returncode == wanted, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=dict(self.env), check=False, capture_output=True,
            encoding="utf-8", timeout=600,
        )  # fmt: skip

    def plan(self) -> str:
        told = json.loads(self.ask("-m", "actiontrack", "sync", "--dry-run", "--json").stdout)
        return str(told["connectors"][0]["plan"])


_KNOCK = "import socket; socket.create_connection(('127.0.0.1', {}), 1)"


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    made = Author(tmp_path)
    yield made
    for process in made.serving:
        end(process)


def test_a_reader_builds_a_working_connector_in_under_200_lines(author: Author) -> None:
    author.follow()
    written = [file for file in author.folder.rglob("*.py") if file.name != "desk.py"]
    assert len(written) == 3
    assert sum(len(file.read_text("utf-8").splitlines()) for file in written) < 200
