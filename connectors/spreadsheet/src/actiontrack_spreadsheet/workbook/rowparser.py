"""Reading the rows of a sheet through expat: right for any well-formed sheet, and the measure of what is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from xml.parsers import expat

from .cells import CellDecoder
from .columns import Columns, check_column
from .refs import column_number, letters, parse_area
from .strings import RichText
from .values import CellValue
from .xml import MOST_ELEMENTS, RepeatedCellError, TooMuchError, XmlError, new_parser, style_number

_MOST_PARSED = 400_000
"""Rows and cells the parser is given: what no pattern takes is read some five times slower."""
_NUMBER = re.compile(r"[0-9]{1,7}\Z")

Cells = dict[int, tuple[Sequence[CellValue], Sequence[int]]]
OtherHandler = Callable[[str, dict[str, str] | None, str], None]
"""Called as (name, attributes, '') at a start tag and (name, None, text) at an end tag outside ``sheetData``."""


class RowParser:
    """The reader of rows through expat events; right for any well-formed sheet."""

    def __init__(self, decoder: CellDecoder, handler: OtherHandler | None, room: int) -> None:
        self.decoder = decoder
        self.columns = Columns(room)
        self._parsed = self._around = 0
        """Elements met so far, in the rows and around them."""
        self._handler = handler
        self._inside = False
        self._text: list[str] = []
        self._rich: RichText | None = None
        self._row = 0
        self._cells: dict[int, tuple[CellValue, int]] | None = None
        """Of the row that is being read, None between rows."""
        self._in_cell = False
        self._col = 0
        self._raw: str | None = None
        self._inline: str | None = None
        self._formula: str | None = None

    def parser(self) -> expat.XMLParserType:
        """A parser that fills ``columns``."""
        parser = new_parser()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        return parser

    def inline(self, kind: str, text: str) -> CellValue:
        """The value of an ``is`` text, all decoded."""
        if kind != "inlineStr":
            raise XmlError("a text in a cell of another type")
        return self.decoder.text(text)

    def note_array(self, attrs: dict[str, str]) -> None:
        """Remember the range of an array formula or data table."""
        if attrs.get("t") in ("array", "dataTable") and "ref" in attrs:
            try:
                self.columns.arrays.append(parse_area(attrs["ref"]))
            except ValueError as error:
                raise XmlError(str(error)) from None

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        bare = name.rpartition(" ")[2]
        if not self._inside:
            self._around += 1
            if self._around > MOST_ELEMENTS:
                raise TooMuchError("far more around its rows than any plan")
            self._inside = bare == "sheetData"
            if self._handler:
                self._handler(bare, attrs, "")
        elif bare == "row":
            self._start_row(attrs)
        elif bare == "c":
            self._start_cell(attrs)
        elif self._rich:
            self._rich.start(bare)
        elif bare == "is":
            self._rich = RichText()
        elif bare == "f":
            self.note_array(attrs)
            self._formula = ""
        self._text = []

    def _end(self, name: str) -> None:
        bare = name.rpartition(" ")[2]
        if bare == "sheetData":
            self._inside = False
        if not self._inside:
            if self._handler:
                self._handler(bare, None, "".join(self._text))
        elif bare == "v":
            self._raw = "".join(self._text)
        elif bare == "f":
            self._formula = "".join(self._text)
        elif bare == "is" and self._rich:
            self._inline, self._rich = self._rich.text(), None
        elif bare == "c":
            self._end_cell()
        elif bare == "row":
            self._end_row()
        elif self._rich:
            self._rich.end(bare)
        self._text = []

    def _characters(self, data: str) -> None:
        if self._rich:
            self._rich.characters(data)
        else:
            self._text.append(data)

    def _start_row(self, attrs: dict[str, str]) -> None:
        self._count()
        if self._cells is not None:
            raise XmlError("a row inside a row")
        self._row = self.columns.last_row + 1
        if "r" in attrs:
            if not _NUMBER.match(attrs["r"]):
                raise XmlError("a row without a proper number")
            self._row = int(attrs["r"])
        self._row_hidden = attrs.get("hidden") in ("1", "true")
        self._cells = {}
        self._col = 0

    def _end_row(self) -> None:
        cells: Cells = {col: ([value], [style]) for col, (value, style) in (self._cells or {}).items()}
        self.columns.add([self._row], cells, [self._row] if self._row_hidden else [])
        self._cells = None

    def _count(self) -> None:
        """Another row or cell for the parser, which takes several times longer over them than the patterns."""
        self._parsed += 1
        if self._parsed > _MOST_PARSED:
            raise TooMuchError("so many rows, written in an unusual way, that reading them takes too long")

    def _start_cell(self, attrs: dict[str, str]) -> None:
        self._count()
        if self._cells is None or self._in_cell:
            raise XmlError("a cell that is not in a row")
        self._in_cell = True
        self._col += 1
        if "r" in attrs:
            name = attrs["r"].rstrip("0123456789")
            if attrs["r"] != f"{name}{self._row}" or not name.isalpha() or len(name) > 3:
                raise RepeatedCellError(f"cell {attrs['r'][:20]} is not in its row")
            self._col = column_number(name)
        check_column(self._col)
        self._kind = attrs.get("t", "")
        self._style = style_number(attrs)
        self._raw = self._inline = self._formula = None

    def _end_cell(self) -> None:
        if self._cells is None or self._col in self._cells:
            raise RepeatedCellError(f"cell {letters(self._col)}{self._row} is there twice")
        value: CellValue = None
        if self._formula is not None:
            value = self.decoder.formula(self._kind, self._style, self._raw, self._formula)
        elif self._inline is not None:
            value = self.inline(self._kind, self._inline)
        elif self._raw is not None:
            value = self.decoder.reader(self._kind, self._style)(self._raw)
        self._cells[self._col] = (value, self._style)
        self._in_cell = False
