"""Ways of writing a workbook that few programs have but some do: edited in place like any other, at no other cost."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from benchmarks.fidelity import judge
from benchmarks.fidelity.edit import RefusedError, edit_in_place

from actiontrack_spreadsheet.workbook import SetCell, check_edits, open_workbook, plan_and_write

Build = Callable[..., Path]
Members = dict[str, bytes]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"


def text(ref: str, value: str = "x") -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{value}</t></is></c>'


def sheet(rows: str, *, tail: str = "", head: str = "", attrs: str = f'xmlns="{MAIN}" xmlns:r="{OFFICE}"') -> str:
    return f"<worksheet {attrs}>{head}<sheetData>{rows}</sheetData>{tail}</worksheet>"


ROWS = f'<row r="1">{text("A1", "Ref")}{text("B1", "Action")}</row><row r="2">{text("A2", "1")}{text("B2")}</row>'
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
COMPATIBLE = "http://schemas.openxmlformats.org/markup-compatibility/2006"
XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"

# A sheet's XML, in other words.
SHEETS = {
    "prefixed": f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
    "</x:sheetData></x:worksheet>",
    "namespace said at the rows": f'<x:worksheet xmlns:x="{MAIN}"><sheetData xmlns="{MAIN}"><row r="1"><c r="A1"><v>1'
    "</v></c></row></sheetData></x:worksheet>",
    "prefix said at the rows": f'<worksheet xmlns="{MAIN}"><x:sheetData xmlns:x="{MAIN}"><x:row r="1"><x:c r="A1"><x:v>'
    "1</x:v></x:c></x:row></x:sheetData></worksheet>",
    "comments that hold tags": sheet(
        f"<!-- <row r='9'/> --><row r='1'><!-- <c/> -->{text('A1')}<!-- </row> --></row>",
        head="<!-- <sheetData> -->",
        tail="<!-- </sheetData> -->",
    ),
    "processing instructions": "<?x <sheetData?>" + sheet(f'<?y <row?><row r="1">{text("A1")}<?z <c?></row>') + "<?w?>",
    "character data": sheet('<row r="1"><c r="A1" t="inlineStr"><is><t><![CDATA[a < </c> b]]></t></is></c></row>'),
    "a mark first": "\ufeff" + sheet(ROWS),
    "single quotes and line ends": sheet(ROWS).replace('"', "'").replace(" r=", "\n\tr = ").replace("'>", "' >"),
    "no places": sheet("<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c><v>4</v></c></row>"),
    "some places": sheet(
        '<row><c><v>1</v></c><c r="D1"><v>3</v></c><c><v>3</v></c></row><row r="5"><c><v>4</v></c></row>'
    ),
    "rows and cells out of order": sheet(f'<row r="3">{text("B3")}{text("A3")}</row><row r="1">{text("A1")}</row>'),
    "nothing at all": sheet(""),
    "empty tags": f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
    "empty rows and cells": sheet('<row r="1"/><row r="2"></row><row r="3"><c r="A3"/><c r="B3" s="1"></c></row>'),
    "an extension in a row": sheet(f'<row r="1">{text("A1")}<extLst><ext uri="x"/></extLst></row>'),
    "all columns": sheet('<row r="1">' + "".join("<c><v>1</v></c>" for _ in range(16_384)) + "</row>"),
    "the last corner": sheet(f'<row r="1048576">{text("XFD1048576")}</row>'),
    "places in small letters": sheet(f'<row r="1">{text("a1")}</row>'),
    "a used range that is none": sheet(ROWS, head='<dimension ref="A1:"/>'),
    "a used range of nothing": sheet(ROWS, head='<dimension ref=""/>'),
    "a filter of nothing": sheet(ROWS, tail="<autoFilter/>"),
    "a link to nowhere": sheet(ROWS, tail='<hyperlinks><hyperlink ref="" location="x"/></hyperlinks>'),
    "styles that are not there": sheet('<row r="1" s="99" customFormat="1"><c r="A1" s="77"><v>1</v></c></row>'),
    "space kept": sheet(ROWS, attrs=f'xmlns="{MAIN}" xml:space="preserve"').replace("><", "> <"),
    "phonetic and rich": sheet(
        '<row r="1"><c r="A1" t="inlineStr" ph="1"><is><r><rPr><b/></rPr><t>a</t></r><rPh sb="0" eb="1"><t>b</t></rPh>'
        f"</is></c>{text('B1')}</row>"
    ),
    "shared formulas": sheet(
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1</f><v>1</v></c><c r="B1"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>1</v></c></row>'
    ),
    "an array and what it spills": sheet(
        '<row r="1"><c r="A1" cm="1"><f t="array" ref="A1:A2">B1:B2</f><v>1</v></c><c r="B1"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c></row>'
    ),
    "a table of cases": sheet(
        '<row r="1"><c r="A1"><f t="dataTable" ref="A1:A2" dt2D="0" r1="B1"/><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>1</v></c></row>'
    ),
    "lists and formats of Excel 2010": sheet(
        ROWS,
        tail=f'<extLst><ext xmlns:x14="{X14}" uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}"><x14:dataValidations '
        f'xmlns:xm="{XM}"><x14:dataValidation type="list"><x14:formula1><xm:f>Plan!$A$1:$A$2</xm:f></x14:formula1>'
        "<xm:sqref>B2</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>",
    ),
    "a control whose anchor has rows of its own": sheet(
        ROWS,
        tail=f'<mc:AlternateContent xmlns:mc="{COMPATIBLE}"><mc:Choice Requires="x14"><controls><mc:AlternateContent>'
        f'<mc:Choice Requires="x14"><control shapeId="1" name="c"><controlPr><anchor><from xmlns:xdr="{XDR}"><xdr:col>'
        "1</xdr:col><xdr:row>2</xdr:row></from></anchor></controlPr></control></mc:Choice></mc:AlternateContent></controls>"
        "</mc:Choice></mc:AlternateContent>",
    ),
    "Strict": sheet(ROWS, attrs=f'xmlns="{STRICT}"'),
}


def unharmed(path: Path, tmp_path: Path) -> None:
    """One cell is edited: no part is lost or changed beside it, and another reader sees just that."""
    before = tmp_path / "before" / path.name
    before.parent.mkdir()
    shutil.copyfile(path, before)
    edit = edit_in_place(path, tmp_path / "backups")
    assert judge.parts_harmed(before, path, edit) == ([], [])
    ours, theirs = ((open_workbook(each).read(edit.sheet)) for each in (before, path))
    cells = [
        {(row, col): value for row in grid.rows for col, value in grid.row(row).items()} for grid in (ours, theirs)
    ]
    assert cells[1] == {**cells[0], (edit.row, edit.col): judge.NEW}
    if max(ours.rows, default=0) < 10_000:
        look = judge.seen_by_calamine if edit.sheet in judge.seen_by_calamine(before) else judge.seen_by_openpyxl
        assert judge.wrong_cells(look(before), look(path), edit) == []


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_in_other_words(name: str, build: Build, tmp_path: Path) -> None:
    unharmed(build(sheet=SHEETS[name]), tmp_path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252", "utf-8-sig"])
def test_other_encodings(encoding: str, build: Build, tmp_path: Path) -> None:
    declared = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    words = f'<?xml version="1.0" encoding="{declared}"?>' + sheet(
        f'<row r="1">{text("A1", "é")}{text("B1", "é")}</row>'
    )
    path = build(sheet=[words.encode(encoding)])
    unharmed(path, tmp_path)
    values = open_workbook(path).read("Plan").row(1)
    assert sorted(map(str, values.values())) == sorted([judge.NEW, "é"])


# --- the zip --------------------------------------------------------------------------------------------------------


class Stream(io.RawIOBase):
    """A file that cannot go back: sizes come after the data, in descriptors."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._file.write(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def packed(path: Path, members: Members, *, zip64: bool = False, method: int = zipfile.ZIP_DEFLATED) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=zip64) as member:
                member.write(data)


def streamed(path: Path, members: Members) -> None:
    with Stream(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, data in members.items():
            archive.writestr(name, data)


def commented(path: Path, members: Members) -> None:
    packed(path, members)
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"kept by somebody"


def behind_other_bytes(path: Path, members: Members) -> None:
    packed(path, members)
    path.write_bytes(b"#!of-their-own\n" + path.read_bytes())


def with_folders(path: Path, members: Members) -> None:
    packed(path, {"xl/": b"", "xl/worksheets/": b"", **members})


def renamed(change: Callable[[str], str]) -> Callable[[Path, Members], None]:
    return lambda path, members: packed(path, {change(name): data for name, data in members.items()})


def dated(path: Path, members: Members) -> None:
    """With a Unix time in an extra field of the directory (APPNOTE 4.6)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.extra = b"UT\5\0\1\0\0\0\0"
            archive.writestr(info, data)


ZIPS: dict[str, Callable[[Path, Members], None]] = {
    "sizes behind the data": streamed,
    "64-bit sizes": lambda path, members: packed(path, members, zip64=True),
    "not compressed": lambda path, members: packed(path, members, method=zipfile.ZIP_STORED),
    "a comment": commented,
    "extra fields": dated,
    "bytes before it": behind_other_bytes,
    "folders": with_folders,
    "capital letters": renamed(lambda name: name if name.startswith("[") else name.upper()),
    "backslashes": renamed(lambda name: name.replace("/", "\\")),
    "slashes first": renamed(lambda name: f"/{name}"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_of_another_make(name: str, build: Build, tmp_path: Path) -> None:
    path = build(sheet=sheet(ROWS))
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    ZIPS[name](path, members)
    start, comment = path.read_bytes()[:15], zipfile.ZipFile(path).comment
    extras = [info.extra for info in zipfile.ZipFile(path).infolist()]
    unharmed_by_us(path, tmp_path)
    assert name == "64-bit sizes" or [info.extra for info in zipfile.ZipFile(path).infolist()] == extras
    assert path.read_bytes()[:15] == start
    assert zipfile.ZipFile(path).comment == comment


def unharmed_by_us(path: Path, tmp_path: Path) -> None:
    """As ``unharmed``, where calamine does not find the parts."""
    before = tmp_path / "before.xlsx"
    shutil.copyfile(path, before)
    edit = edit_in_place(path, tmp_path / "backups")
    assert judge.parts_harmed(before, path, edit) == ([], [])
    assert open_workbook(path).read("Plan").cell(edit.row, edit.col) == judge.NEW
    assert zipfile.ZipFile(path).testzip() is None


# --- the package ----------------------------------------------------------------------------------------------------


def rewritten(path: Path, **changes: tuple[str, str]) -> Path:
    """Text of a part replaced: book=(old, new) in the workbook, links=… in its relationships, types=…"""
    parts = {"book": "xl/workbook.xml", "links": "xl/_rels/workbook.xml.rels", "types": "[Content_Types].xml"}
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    for key, (old, new) in changes.items():
        data = members[parts[key]].decode()
        assert old in data
        members[parts[key]] = data.replace(old, new).encode()
    packed(path, members)
    return path


@pytest.mark.parametrize(
    "target", ["/xl/worksheets/sheet1.xml", "./worksheets/sheet1.xml", "../xl/worksheets/sheet1.xml"]
)
def test_a_part_named_from_elsewhere(target: str, build: Build, tmp_path: Path) -> None:
    path = rewritten(build(sheet=sheet(ROWS)), links=('"worksheets/sheet1.xml"', f'"{target}"'))
    unharmed_by_us(path, tmp_path)


@pytest.mark.parametrize("kind", ["styles", "sharedStrings"])
def test_no_styles_or_no_strings(kind: str, build: Build, tmp_path: Path) -> None:
    unharmed(rewritten(build(sheet=sheet(ROWS)), links=(f"{OFFICE}/{kind}", f"{OFFICE}/other")), tmp_path)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet(state: str, build: Build, tmp_path: Path) -> None:
    unharmed(rewritten(build(sheet=sheet(ROWS)), book=('sheetId="1"', f'sheetId="1" state="{state}"')), tmp_path)


@pytest.mark.parametrize("kind", ["chartsheet", "dialogsheet", "xlMacrosheet"])
def test_other_sheets_before_it(kind: str, build: Build, tmp_path: Path) -> None:
    link = f'<Relationship Id="rId9" Type="{OFFICE}/{kind}" Target="other/sheet.xml"/>'
    path = build(sheet=sheet(ROWS), extra={"xl/other/sheet.xml": f'<{kind} xmlns="{MAIN}"/>'}, relations=link)
    path = rewritten(path, book=("<sheets>", '<sheets><sheet name="Other" sheetId="9" r:id="rId9"/>'))
    unharmed_by_us(path, tmp_path)
    assert [tab.kind == "worksheet" for tab in open_workbook(path).sheets] == [False, True]


def test_a_sheet_that_is_lost_is_not_missed_by_another(build: Build, tmp_path: Path) -> None:
    path = rewritten(
        build(sheet=sheet(ROWS)), book=("<sheets>", '<sheets><sheet name="Lost" sheetId="9" r:id="rId8"/>')
    )
    unharmed_by_us(path, tmp_path)


@pytest.mark.parametrize("ending", ["template", "macroEnabled", "macroEnabledTemplate"])
def test_templates_and_macros(ending: str, build: Build, tmp_path: Path) -> None:
    media = {"template": f"{TYPE}.template"}.get(ending, f"application/vnd.ms-excel.sheet.{ending}")
    unharmed(rewritten(build(sheet=sheet(ROWS)), types=(f"{TYPE}.sheet.main", f"{media}.main")), tmp_path)


def test_a_sheet_all_locked_is_left_alone(build: Build, tmp_path: Path) -> None:
    path = build(sheet=sheet(ROWS, tail='<sheetProtection sheet="1"/>'))
    with pytest.raises(RefusedError) as refused:
        edit_in_place(path, tmp_path / "backups")
    assert refused.value.reason == "no-writable-cell"


def test_a_picture_or_data_type_in_a_cell_is_not_written_over(build: Build) -> None:
    """Excel stores them as #VALUE! and a number of what it really is (ECMA-376 18.3.1.4, vm)."""
    path = build(
        sheet=sheet('<row r="1"><c r="A1" t="e" vm="1"><v>#VALUE!</v></c><c r="B1" t="e"><v>#N/A</v></c></row>')
    )
    edits = [SetCell("Plan", 1, col, "x") for col in (1, 2)]
    assert [(refusal.edit, refusal.reason) for refusal in check_edits(open_workbook(path), edits)] == [
        (edits[0], "rich-value")
    ]


def test_a_number_where_the_general_format_shows_dates(build: Build, tmp_path: Path) -> None:
    formats = '<numFmts><numFmt numFmtId="0" formatCode="dd.mm.yyyy"/></numFmts><cellXfs><xf numFmtId="0"/></cellXfs>'
    path = build(sheet=sheet(ROWS), styles=f'<styleSheet xmlns="{MAIN}">{formats}</styleSheet>')
    sha256 = open_workbook(path).sha256
    plan_and_write(path, [SetCell("Plan", 5, 1, -1.5)], expected_sha256=sha256, backup_dir=tmp_path / "backups")
    assert open_workbook(path).read("Plan").cell(5, 1) == -1.5


def test_page_fields_are_output_of_a_pivot_table() -> None:
    path = Path(__file__).parents[1] / "data/odd/calamine__pivots.xlsx"
    edits = [SetCell("PivotSheet1", *place, "x") for place in ((1, 1), (1, 5), (2, 2), (5, 5), (1, 6), (6, 1))]
    refused = [refusal.edit for refusal in check_edits(open_workbook(path), edits) if refusal.reason == "pivot"]
    assert refused == edits[:4]
