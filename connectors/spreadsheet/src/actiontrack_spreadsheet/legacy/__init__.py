"""Workbooks of the old binary formats (.xls, .xlsb): read only, by python-calamine in a process of its own."""

from __future__ import annotations

from .book import OldBook, read_old

__all__ = ["OldBook", "read_old"]
