"""What is tried. A target takes the bytes of a seed and raises when a promise is broken, and only then.

Another reader is another module here with a `run`, and a folder of seeds of its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fuzz.mutate import OPEN_DOCUMENT, Form
from fuzz.targets import csv, ods, package, reader, way_in, writer

TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "package": package.run,
    "reader": reader.run,
    "writer": writer.run,
    "ods": ods.run,
    "csv": csv.run,
    "way-in": way_in.run,
}

RAW = frozenset({"package", "csv"})
"""Targets whose seeds are a file as it is, not sections of text."""

FORMS: Mapping[str, Form] = {"ods": OPEN_DOCUMENT}
"""What seeds are made of where it is no workbook of Excel."""
