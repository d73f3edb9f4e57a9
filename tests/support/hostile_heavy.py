"""Files that ask for more time or memory than they are worth: millions of nothings, and rules without end."""

# ruff: noqa: E501 - a table is read line by line
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fuzz.parts import PLAIN, SHEET
from hostile import HEAD, NAMESPACES, ROW, STRINGS, Hostile, Write, book, cell, numbered, repeated, rows, sheet, tail

_START = f"<worksheet {NAMESPACES}><sheetData>{HEAD}".encode()
_END = b"</sheetData></worksheet>"
_MB = 1 << 20


def _styled(count: int) -> bytes:
    blank = '<row r="#" s="1" customFormat="1"><c r="A#" s="1"/><c r="B#" s="1"/><c r="C#" s="1"/></row>'
    return sheet(HEAD + ROW + numbered(blank, count, 3))


def _names(count: int) -> bytes:
    written = numbered('<definedName name="n#">n$</definedName>', count)
    names = f"<definedNames>{written}</definedNames></workbook>".encode()
    return PLAIN["xl/workbook.xml"].replace(b"</workbook>", names)


def _chain(count: int) -> bytes:
    """Names of names of names: each defined by the next."""
    written = "".join(f'<definedName name="n{at}">n{at + 1}</definedName>' for at in range(count))
    names = f"<definedNames>{written}</definedNames></workbook>".encode()
    return PLAIN["xl/workbook.xml"].replace(b"</workbook>", names)


def _wide(count: int) -> str:
    """Rows with a cell in each of 16,384 columns, named by their letters once."""
    from actiontrack_spreadsheet.workbook import letters

    names = [letters(col) for col in range(1, 16_385)]
    return "".join(
        f'<row r="{row}">{"".join(f"<c r={chr(34)}{name}{row}{chr(34)}><v>1</v></c>" for name in names)}</row>'
        for row in range(2, 2 + count)
    )


def _diagonal() -> str:
    """One cell in each row and in each column."""
    from actiontrack_spreadsheet.workbook import ref

    return "".join(f'<row r="{at}"><c r="{ref(at, at)}"><v>1</v></c></row>' for at in range(5, 16_385))


def _csv(data: bytes, times: int = 1) -> Write:
    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(b"Ref,Action,Due\n")
            for _ in range(times):
                file.write(data)

    return write


_PLAN = HEAD + "".join(
    f'<row r="{at}">{cell(f"A{at}", "1")}{cell(f"B{at}", "Do it")}{cell(f"D{at}", "Open")}</row>'
    for at in range(2, 1002)
)

HEAVY: Mapping[str, Hostile] = {
    "2 GB of rows": Hostile(
        repeated(SHEET, _START, f"<row><c t='inlineStr'><is><t>{'A' * 1000}</t></is></c></row>".encode() * 1000, 2000, _END),
        "refused", heavy=True,
    ),
    "700 MB of rows": Hostile(
        repeated(SHEET, _START, f"<row><c t='inlineStr'><is><t>{'A' * 1000}</t></is></c></row>".encode() * 700, 1000, _END,
                 noise=6 * _MB), "refused", heavy=True,
    ),
    "a text of 700 MB": Hostile(
        repeated(SHEET, _START + b'<row r="2"><c r="A2" t="inlineStr"><is><t>', b"A" * _MB, 700,
                 b"</t></is></c></row>" + _END, noise=0), "refused", heavy=True,
    ),
    "a text of 60 MB": Hostile(
        repeated(SHEET, _START + b'<row r="2"><c r="A2" t="inlineStr"><is><t>', b"A" * _MB, 60,
                 b"</t></is></c></row></sheetData>", noise=0), "either", heavy=True,
    ),
    "1,048,576 styled blank rows": Hostile(book({SHEET: _styled(1_048_573)}), "read", heavy=True),
    "10,000,000 empty strings": Hostile(
        repeated(STRINGS, f"<sst {NAMESPACES}>".encode(), b"<si/>" * 100_000, 100, b"</sst>", noise=400_000), "either", heavy=True,
    ),
    "3,000,000 strings": Hostile(
        repeated(STRINGS, f"<sst {NAMESPACES}>".encode(), b"<si><t>abcdefgh</t></si>" * 10_000, 300, b"</sst>", noise=400_000), "either", heavy=True,
    ),
    "rows for the parser": Hostile(
        repeated(SHEET, _START + b"<!-- x -->", b"<row><c><v>1</v></c><c><v>2</v></c></row>" * 10_000, 300, _END, noise=900_000), "either", heavy=True,
    ),
    "empty rows for the parser": Hostile(
        repeated(SHEET, _START + b"<!-- x -->", b"<row/>" * 100_000, 100, _END, noise=900_000), "either", heavy=True,
    ),
    "a diagonal": Hostile(rows(HEAD + _diagonal()), "refused", heavy=True),
    "20 rows of 16,384 columns": Hostile(rows(HEAD + _wide(20)), "read", heavy=True),
    "300 rows of 16,384 columns": Hostile(rows(HEAD + _wide(300)), "either", heavy=True),
    "100,000 defined names": Hostile(book({"xl/workbook.xml": _names(100_000)}), "read", heavy=True),
    "a chain of names": Hostile(
        book({"xl/workbook.xml": _chain(20_000), SHEET: sheet(
            tail='<dataValidations><dataValidation type="list" sqref="D2:D9"><formula1>n0</formula1></dataValidation></dataValidations>')}),
        "read",
    ),
    "100,000 merges over all columns": Hostile(
        book({SHEET: sheet(_PLAN, tail="<mergeCells>" + numbered("<mergeCell ref='A1:XFD#'/>", 100_000) + "</mergeCells>")}), "read", heavy=True,
    ),
    "100,000 merges down": Hostile(
        book({SHEET: sheet(_PLAN, tail="<mergeCells>" + "<mergeCell ref='B2:B1048576'/>" * 100_000 + "</mergeCells>")}), "read", heavy=True,
    ),
    "100,000 validations": Hostile(
        tail("<dataValidations>" + '<dataValidation type="list" sqref="F1:XFD1048576"><formula1>$A:$XFD</formula1></dataValidation>' * 100_000 + "</dataValidations>"), "read", heavy=True,
    ),
    "a list of whole columns": Hostile(
        book({SHEET: sheet(_PLAN, tail='<dataValidations><dataValidation type="list" sqref="A1:XFD1048576"><formula1>$A:$XFD</formula1></dataValidation></dataValidations>')}), "read",
    ),
    "100,000 links over all cells": Hostile(
        book({SHEET: sheet(_PLAN, tail="<hyperlinks>" + '<hyperlink ref="A1:XFD1048576" location="Plan!A1"/>' * 100_000 + "</hyperlinks>")}), "read", heavy=True,
    ),
    "100,000 conditional formats": Hostile(
        tail('<conditionalFormatting sqref="A1:XFD1048576"><cfRule type="expression" priority="1"><formula>1</formula></cfRule></conditionalFormatting>' * 100_000), "read", heavy=True,
    ),
    "20,000 array formulas over all rows": Hostile(
        rows(_PLAN + '<row r="2000"><c r="A2000"><f t="array" ref="A1:XFD1048576">1</f><v>1</v></c></row>' + numbered('<row r="#"><c r="A#"><f t="array" ref="A1:XFD1048576">1</f><v>1</v></c></row>', 20_000, 2001)), "read", heavy=True,
    ),
    "100,000 styles": Hostile(
        book({"xl/styles.xml": PLAIN["xl/styles.xml"].replace(b"</cellXfs>", b'<xf numFmtId="164"/>' * 100_000 + b"</cellXfs>")}), "read", heavy=True,
    ),
    "a column range said 50,000 times": Hostile(
        book({SHEET: sheet(head="<cols>" + '<col min="1" max="16384" style="1" hidden="1"/>' * 50_000 + "</cols>")}), "read", heavy=True,
    ),
    "an area list of 5 MB": Hostile(
        tail(f'<dataValidations><dataValidation type="list" sqref="{"A1:B2 " * 800_000}"><formula1>"a"</formula1></dataValidation></dataValidations>'), "read", heavy=True,
    ),
    "a list of a million words": Hostile(
        tail(f'<dataValidations><dataValidation type="list" sqref="D2:D9"><formula1>"{"a," * 1_000_000}"</formula1></dataValidation></dataValidations>'), "read", heavy=True,
    ),
    "a heading of brackets": Hostile(rows(f'<row r="1">{cell("A1", "Action" + "(" * 32_000)}{cell("B1", "Due" + " - x" * 8_000)}</row>'), "read"),
    "a status of blanks": Hostile(
        rows(HEAD + "".join(f'<row r="{at}">{cell(f"B{at}", "x")}{cell(f"D{at}", "Open" + " " * 32_000 + "x")}</row>' for at in range(2, 52))), "read",
    ),
    "dates of blanks and digits": Hostile(
        rows(HEAD + "".join(f'<row r="{at}">{cell(f"B{at}", "x")}{cell(f"C{at}", "1 " * 16_000)}</row>' for at in range(2, 52))), "read",
    ),
    "agencies of commas": Hostile(
        rows(f'<row r="1">{cell("A1", "Action")}{cell("B1", "Lead")}</row>' + "".join(f'<row r="{at}">{cell(f"A{at}", "x")}{cell(f"B{at}", ", " * 16_000)}</row>' for at in range(2, 402))), "read",
    ),
    "one line of 100 MB": Hostile(_csv(b"x" * _MB, 100), "either", ".csv", heavy=True),
    "a field of quotes": Hostile(_csv(b'1,"' + b'""' * 2_000_000 + b'",x\n'), "either", ".csv", heavy=True),
    "quotes that never close": Hostile(_csv(b'1,"a\n' * 10_000), "either", ".csv", heavy=True),
    "a million columns": Hostile(_csv(b"," * 1_000_000 + b"\n"), "either", ".csv", heavy=True),
    "a million short lines": Hostile(_csv(b"1,x,\n" * 1_000_000), "either", ".csv", heavy=True),
    "zeros in CSV": Hostile(_csv(b"1,\0,x\n"), "refused", ".csv"),
    "mixed encodings": Hostile(_csv("1,Café,x\n".encode() + "2,Café,x\n".encode("cp1252")), "read", ".csv"),
    "half of UTF-16": Hostile(lambda path: path.write_bytes("Ref,Action\n".encode("utf-16") + b"x") and None, "refused", ".csv"),
}  # fmt: skip
