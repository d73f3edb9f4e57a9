"""Files that nobody means well with: each ends in one sentence, soon, and nothing is stored."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from learning_board import LearningBoard

from actiontrack_learning_together.checking import check
from actiontrack_learning_together.document import LARGEST
from actiontrack_learning_together.reading import read

LAUGHS = "a: &a [x]\n" + "".join(f"b{at}: &b{at} [*{'a' if not at else f'b{at - 1}'}, *a]\n" for at in range(40))


def told(path: Path) -> str:
    document = read(path)
    assert document.value is None
    [trouble] = document.troubles
    return str(trouble)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LAUGHS, "line 1: anchors (&) and aliases (*) are not read"),
        ("a: !!python/object/apply:os.system ['true']\n", "line 1: tags (!) are not read"),
        ("a: " + "[" * 50_000, "nest"),
        ("- " * 5_000 + "x", "line 1: it is nested too deep"),
        ("? [a, b]\n: c\n", "line 1: a key is one word"),
        ("version: '1'\n---\nversion: '1'\n", "line 2: a second document begins"),
        ("a: 'never closed\n", "it can't be read as YAML"),
        ("a:\n\t- b\n", "it can't be read as YAML"),
        ("", "it is empty"),
        ("# nothing\n", "it is empty"),
        ("a: \x01\n", "it"),
    ],
)
def test_yaml(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    assert says in told(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[" * 100_000, "it is nested too deep"),
        ('{"a": ' * 100_000, "it is nested too deep"),
        ('{"a": 1', "a comma or } is missing"),
        ('{"a": 1} x', "something stands after the end"),
        ('{"a": NaN}', "a value is missing"),
        ("{'a': 1}", "a key in double quotes is missing"),
        ('{"a": "never closed', "it can't be read as JSON"),
        ("", "it ends too early"),
        ('{"a" 1}', "a colon is missing"),
        ('["a" "b"]', "a comma or ] is missing"),
    ],
)
def test_json(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    assert says in told(path)


def test_long_numbers_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"a": ' + "9" * 100_000 + ', "b": -12, "c": 1.10}', encoding="utf-8")
    assert read(path).value == {"a": "9" * 100_000, "b": -12, "c": "1.10"}


@pytest.mark.parametrize("suffix", [".yaml", ".json", ".xlsx"])
def test_too_large_and_not_there_and_not_text(board: LearningBoard, suffix: str) -> None:
    path = board.folder / f"x{suffix}"
    assert "can't be read" in board.run("learning", "import", str(path), code=2)["error"]
    path.write_bytes(b"#" * (LARGEST * 6))
    assert "is larger than" in board.run("learning", "import", str(path), code=2)["error"]
    path.write_bytes(b"PK\x03\x04 \xff\xfe\n\xfc")
    [problem] = board.run("learning", "import", str(path), code=2)["problems"]
    assert problem["why"] in ("it is not UTF-8 text", "it is no .xlsx workbook")
    assert board.run("review", "list") == []


def test_a_suffix_we_do_not_read(board: LearningBoard) -> None:
    assert "a review is read from" in board.run("learning", "import", "x.docx", code=2)["error"]


def packed(*parts: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (packed(("xl/worksheets/sheet1.xml", b" " * 40_000_000)), "it is much larger than a review"),
        (packed(*((f"xl/{at}.xml", b"") for at in range(600))), "it is much larger than a review"),
        (packed(("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>')), "it holds a document type"),
        (packed(("[Content_Types].xml", b"<Types/>")), "it can't be read as a workbook"),
        (packed(("readme.txt", b"hello")), "it can't be read as a workbook"),
    ],
)
def test_workbooks(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    assert says in told(path)


def test_a_workbook_of_endless_rows(board: LearningBoard) -> None:
    import openpyxl

    board.take()
    board.export("out.xlsx")
    book = openpyxl.load_workbook(board.folder / "out.xlsx")
    book["Meetings"]["A1048576"] = "M-9"
    book.save(board.folder / "out.xlsx")
    # What stands a million rows down is outside the sheet's table: it is not read, and what is there is.
    assert read(board.folder / "out.xlsx").value["meetings"][0]["ref"] == "M-2026-07-06"
    for row in range(2, 5_004):
        book["Meetings"].cell(row, 1, f"M-{row}")
    book.save(board.folder / "out.xlsx")
    assert "more than 5000 rows" in told(board.folder / "out.xlsx")


HEAD = 'version: "1"\nreview: {ref: S}\n'


def chain(count: int, step: int) -> str:
    """Actions that each wait for another, `step` further on."""
    return "".join(f"- {{number: '{at}', text: x, depends_on: ['{at + step}']}}\n" for at in range(1, count))


@pytest.mark.parametrize(
    ("text", "most"),
    [
        (HEAD + "".join(f"x{at}: 1\n" for at in range(30_000)), 500),
        (f"{HEAD}actions:\n{chain(8_000, 1)}", 1),
        (f"{HEAD}actions:\n{chain(8_000, -1)}", 1),
        (f"{HEAD}actions:\n- {{number: '0', text: x, depends_on: ['7999']}}\n{chain(8_000, -1)}", 50),
        (HEAD + "findings: [{ref: F, text: x, effect: hinders, kpe_refs: ["
         + ", ".join(f"Q{at}" for at in range(20_000)) + "]}]\nkey_practice_episodes:\n"
         + "".join(f"- {{ref: K{at}, text: x}}\n" for at in range(5_000)), 500),
        (HEAD * 5_000, 500),
    ],
    ids=["keys", "chain", "chain back", "ring", "refs", "doubles"],
)  # fmt: skip
def test_very_many_of_anything(tmp_path: Path, text: str, most: int) -> None:
    """What would take for ever if each were compared with each."""
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    file, troubles = check(read(path))
    assert file is None
    assert len(troubles) == most


def test_halves_of_characters_are_refused(board: LearningBoard) -> None:
    path = board.folder / "x.json"
    path.write_text('{"version": "1", "review": {"ref": "SAR-1", "title": "\\ud800"}}', encoding="utf-8")
    [problem] = board.run("learning", "import", str(path), code=2)["problems"]
    assert problem["why"] == "it holds a character that can't be kept"
