"""Adding cell styles: clones of ones that are there, with one thing changed, and those of sheets of ours."""

from __future__ import annotations

import re
from functools import cached_property

from .looks import Look, Plain, border_of, entry_of, fill_of, font_of, plain, written
from .numberformat import ISO_DATE, ISO_DATETIME
from .styles import Style, Styles
from .xml import Element, Splices, XmlError, attribute_text, elements

_FIRST_FREE_FORMAT = 164


class StyleBook:
    """The styles part with additions; indices of existing styles never change."""

    def __init__(self, data: bytes) -> None:
        """``data``: UTF-8. Raises XmlError."""
        self._splices = Splices(data)
        self._data = data
        self._found = found = elements(data)
        self.styles = Styles(found)
        self._root = found[0]
        self._formats = next((e for e in found if e.name == "numFmts"), None)
        self._entries = next((e for e in found if e.name == "cellXfs"), None)
        self._added: dict[tuple[int, tuple[tuple[str, str], ...]], int] = {}
        self._new_entries: list[str] = []
        self._new_formats: dict[str, int] = {}
        self._looks: dict[Look, int] = {}
        self._members: dict[str, list[Plain]] = {}
        self._new_members: dict[str, list[Plain]] = {}

    def quoted(self, index: int) -> int:
        """The style with a quote prefix: what follows is text whatever it begins with.

        A style that is not there stays as it is: the cell's own type says that it is text.
        """
        if self.styles[index].quote_prefix or index >= len(self.styles):
            return index
        return self._clone(index, {"quotePrefix": "1"})

    def dated(self, index: int, like: Style | None, *, with_time: bool) -> int:
        """The style with a date format: that of ``like``, or year-month-day."""
        number = like.format_id if like else self.date_format(with_time=with_time)
        return self._clone(index, {"numFmtId": str(number), "applyNumberFormat": "1"})

    def general(self, index: int) -> int:
        """The style with the general number format."""
        # Some programs give even the number of the general format a meaning of their own.
        number = self._format("general") if 0 in self.styles.formats else 0
        return self._clone(index, {"numFmtId": str(number)})

    def looking(self, look: Look) -> int:
        """A style of this look: one that is there, or a new one."""
        if look not in self._looks:
            self._looks[look] = self._look(look)
        return self._looks[look]

    def date_format(self, *, with_time: bool) -> int:
        """The number format year-month-day."""
        return self._format(ISO_DATETIME if with_time else ISO_DATE)

    @property
    def changed(self) -> bool:
        """Something was added."""
        return bool(self._new_entries)

    def result(self) -> bytes:
        """The part with the additions."""
        if self._entries is not None and self._new_entries:
            self._splices.append_child(self._entries, "".join(self._new_entries))
            self._count(self._entries, len(self.styles) + len(self._new_entries))
        for name, new in self._new_members.items():
            members = self._list(name)
            if members is not None:
                self._splices.append_child(members, "".join(written(each, self._root.prefix) for each in new))
                self._count(members, len(self._members[name]))
        if self._new_formats:
            self._add_formats()
        return self._splices.result()

    def _add_formats(self) -> None:
        prefix = self._root.prefix
        written = "".join(
            f"<{prefix}numFmt{attribute_text('numFmtId', number)}{attribute_text('formatCode', code)}/>"
            for code, number in self._new_formats.items()
        )
        if self._formats is not None:
            self._splices.append_child(self._formats, written)
            self._count(self._formats, len(self.styles.formats) + len(self._new_formats))
        else:
            count = len(self._new_formats)
            text = f'<{prefix}numFmts count="{count}">{written}</{prefix}numFmts>'
            self._splices.replace(self._root.inner, self._root.inner, text)

    def _count(self, element: Element, count: int) -> None:
        if "count" in element.attrs and not element.empty:
            self._splices.set_attributes(element, {"count": str(count)})

    def _format(self, code: str) -> int:
        for number, known in self.styles.formats.items():
            if known.lower() == code:
                return number
        if code not in self._new_formats:
            taken = [*self.styles.formats, *self._new_formats.values(), _FIRST_FREE_FORMAT - 1]
            self._new_formats[code] = max(taken) + 1
        return self._new_formats[code]

    def _look(self, look: Look) -> int:
        if self._entries is None or not self.styles.entries:
            return 0
        usual = plain(self.styles.entries[0], self._children)
        fonts = self._known("fonts")
        font = int(dict(usual.attributes).get("fontId", "0"))
        if (look.bold or look.ink) and font < len(fonts):
            font = self._member("fonts", font_of(look, fonts[font]))
        fill = self._member("fills", fill_of(look)) if look.fill else 0
        border = self._member("borders", border_of()) if look.lined else 0
        entry = entry_of(look, font, fill, border)
        for index, known in enumerate(self.styles.entries):
            if plain(known, self._children) == entry:
                return index
        self._new_entries.append(written(entry, self._root.prefix))
        return len(self.styles) + len(self._new_entries) - 1

    def _member(self, name: str, wanted: Plain) -> int:
        """The index of a font, fill or border, added where it is not there; 0 where the part has no plain list."""
        known = self._known(name)
        if wanted in known:
            return known.index(wanted)
        if not known or any(each.name != wanted.name for each in known):
            return 0
        known.append(wanted)
        self._new_members.setdefault(name, []).append(wanted)
        return len(known) - 1

    def _known(self, name: str) -> list[Plain]:
        if name not in self._members:
            members = self._list(name)
            children = self._children.get(id(members), []) if members else []
            self._members[name] = [plain(each, self._children) for each in children]
        return self._members[name]

    def _list(self, name: str) -> Element | None:
        return next((e for e in self._found if e.name == name and e.parent is self._root), None)

    @cached_property
    def _children(self) -> dict[int, list[Element]]:
        children: dict[int, list[Element]] = {}
        for element in self._found:
            children.setdefault(id(element.parent), []).append(element)
        return children

    def _clone(self, index: int, changes: dict[str, str]) -> int:
        key = (index, tuple(changes.items()))
        if key in self._added:
            return self._added[key]
        if self._entries is None or index >= len(self.styles.entries):
            raise XmlError("a cell style that is not there")
        entry = self.styles.entries[index]
        text = self._data[entry.start : entry.end].decode()
        for name, value in changes.items():
            text = re.sub(rf"""^(<[^>]*?)\s{name}\s*=\s*(?:"[^"]*"|'[^']*')""", r"\1", text)
            tag = re.match(r"<[^\s/>]+", text)
            at = tag.end() if tag else 0
            text = text[:at] + attribute_text(name, value) + text[at:]
        self._new_entries.append(text)
        self._added[key] = len(self.styles) + len(self._new_entries) - 1
        return self._added[key]
