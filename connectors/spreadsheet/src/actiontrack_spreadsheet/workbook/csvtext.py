"""CSV as text: encoding, delimiter, and records that keep how each field is written."""

from __future__ import annotations

import codecs
import re
from array import array
from dataclasses import dataclass
from pathlib import Path

from .cellxml import TRIGGERS
from .columns import NO_STYLE, Column, Columns
from .errors import refuse_file
from .values import CellValue

DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
UNKNOWN = "latin-1"
"""What a file is read with that has bytes neither UTF-8 nor Windows knows: each is shown as some letter."""
_SAMPLE = 50
_MOST_BYTES = 64 << 20
_MOST_FIELDS = 2_000_000
"""100,000 lines of 20 fields."""
_DANGEROUS = (*TRIGGERS, "\t", "\r", "\n")
"""A spreadsheet program takes a field that begins with one of these for a formula (OWASP, "CSV injection")."""
_HARMLESS = re.compile(r"-|-[0-9]+(?:[.,][0-9]+)*%?")
"""A dash that stands for nothing, and numbers: a program shows them as they are."""


@dataclass(slots=True)
class Record:
    """One record: its fields as written (quotes and all) and its line end ('' for the last one, perhaps)."""

    fields: list[str]
    end: str

    def written(self, delimiter: str) -> str:
        """The record's text."""
        return delimiter.join(self.fields) + self.end


@dataclass(slots=True)
class CsvText:
    """A CSV file taken apart; putting it together again gives the same bytes."""

    bom: bytes
    encoding: str
    delimiter: str
    line_end: str
    """Of most records; new ones get it."""
    records: list[Record]

    def encode(self) -> bytes:
        """The file. Raises UnicodeEncodeError when its encoding lacks a character."""
        return self.bom + "".join(record.written(self.delimiter) for record in self.records).encode(self.encoding)

    def columns(self) -> Columns:
        """The cells; all are texts."""
        cells = Columns()
        columns: dict[int, list[CellValue]] = {}
        for number, record in enumerate(self.records, 1):
            values = {col: text for col, raw in enumerate(record.fields, 1) if (text := decode_field(raw))}
            if not values:
                continue
            for col, text in values.items():
                column = columns.setdefault(col, [])
                column += [None] * (len(cells.rows) - len(column))
                column.append(text)
            cells.rows.append(number)
        for col, found in columns.items():
            column_cells = cells.columns[col] = Column()
            column_cells.extend(0, found, array("i", [NO_STYLE]) * len(found))
        cells.finish()
        return cells


def decode_field(raw: str) -> str:
    """A field's value: quotes removed, and the apostrophe that keeps a text from being a formula."""
    if raw.startswith('"'):
        closing = raw.rfind('"')
        raw = raw[1:closing].replace('""', '"') + raw[closing + 1 :] if closing else raw
    return raw[1:] if raw.startswith("'") and _is_dangerous(raw) else raw


def encode_field(text: str, delimiter: str, *, quoted: bool, guard: bool) -> str:
    """A field as it is written; ``guard`` puts an apostrophe before what could be taken for a formula."""
    if guard and _is_dangerous(text):
        text = f"'{text}"
    special = any(char in text for char in (delimiter, *DELIMITERS, '"', "\r", "\n")) or text != text.strip()
    return '"' + text.replace('"', '""') + '"' if special or quoted else text


def _is_dangerous(text: str) -> bool:
    """Whether it could be taken for a formula, or is one behind apostrophes (so that guarding can be undone)."""
    bare = text.lstrip("'")
    return (bare.startswith(_DANGEROUS) or bare.lstrip().startswith(_DANGEROUS)) and not _HARMLESS.fullmatch(bare)


def take_apart(path: Path, data: bytes) -> CsvText:
    """Find encoding and delimiter and split into records. Raises WorkbookRefused for what is no text."""
    if len(data) > _MOST_BYTES:
        raise refuse_file(path, "too-large", f"larger than {_MOST_BYTES >> 20} MiB; keep the plan in a file of its own")
    bom, encoding = _encoding(path, data)
    text = data[len(bom) :].decode(encoding)
    if "\0" in text:
        raise refuse_file(path, "not-a-workbook", "not a text file; save it as CSV anew")
    delimiter = _delimiter(text)
    try:
        records = _records(text, delimiter)
    except OverflowError:
        raise refuse_file(path, "too-large", "more fields than any plan; keep it in a file of its own") from None
    ends = [record.end for record in records if record.end]
    line_end = max(set(ends), key=ends.count) if ends else "\r\n"
    return CsvText(bom, encoding, delimiter, line_end, records)


def _encoding(path: Path, data: bytes) -> tuple[bytes, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return bom, _proven(path, data[len(bom) :], encoding)
    for encoding, zero in (("utf-16-le", data[1:200:2]), ("utf-16-be", data[:200:2])):
        if zero and zero.count(0) > len(zero) * 0.7 and len(data) % 2 == 0:
            return b"", _proven(path, data, encoding)
    for encoding in ("utf-8", "cp1252"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return b"", encoding
    return b"", UNKNOWN


def _proven(path: Path, data: bytes, encoding: str) -> str:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        raise refuse_file(path, "truncated", "its text is damaged; save it as CSV anew") from None
    return encoding


def _delimiter(text: str) -> str:
    """The delimiter that splits the first records most evenly into most fields, and no quoted field in two."""

    def score(delimiter: str) -> tuple[float, float, int]:
        records = [record for record in _records(text[:65_536], delimiter)[:_SAMPLE] if any(record.fields)]
        counts = [len(record.fields) for record in records]
        if not counts or max(counts) == 1:
            return -2.0, 0.0, 0
        usual = max(set(counts), key=counts.count)
        torn = sum(any('"' in field and field[0] != '"' for field in record.fields) for record in records)
        return -torn / len(counts), counts.count(usual) / len(counts) if usual > 1 else 0.0, usual

    return max(DELIMITERS, key=score)


def _records(text: str, delimiter: str) -> list[Record]:
    """All records. Raises OverflowError where they have too many fields."""
    stop = re.escape(delimiter)
    field = re.compile(rf'((?:"(?:[^"]++|"")*+"[^{stop}\r\n]*)|[^{stop}\r\n]*)({stop}|\r\n|\r|\n|\Z)')
    records: list[Record] = []
    fields: list[str] = []
    at = count = 0
    while at < len(text) or fields:
        found = field.match(text, at)
        if not found:  # cannot be: the last alternative fits everywhere
            raise AssertionError(at)
        fields.append(found[1])
        at = found.end()
        if found[2] != delimiter:
            records.append(Record(fields, found[2]))
            count += len(fields)
            fields = []
        if count + len(fields) > _MOST_FIELDS:
            raise OverflowError
    return records
