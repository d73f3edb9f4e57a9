"""What a `[[connector]]` of type "spreadsheet" may say."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from actiontrack_spreadsheet.headings import FIELDS

SUFFIXES = (".xlsx", ".xlsm", ".ods", ".csv", ".xls", ".xlsb")
"""What a plan's file ends with: others in a folder are left alone."""
UNMARKED = (".csv", ".xls", ".xlsb")
"""Of those the ones that carry no mark of ours."""


class SpreadsheetOptions(BaseModel):
    """The keys of a spreadsheet instance, beside those every instance has."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    path: str
    """The workbook (.xlsx, .xlsm, .ods; .xls and .xlsb are only read) or .csv file; or a folder ("returns/") or pattern
    ("returns/**/*.xlsx") with one file an agency; relative to the configuration file."""
    sheet: str = ""
    """The sheet's name; found where not said."""
    header_row: int = Field(default=0, ge=0, le=1_048_576)
    """The row of the headings (the lower of two); 0: found."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Field → its heading's text or its column letter; the others are found by their headings."""
    create: bool = False
    """Make the workbook where it was never seen."""
    fill_down: tuple[str, ...] = ()
    """Fields that a plan writes once and leaves blank in the rows below."""
    key: Literal["auto", "ref", "number"] = "auto"
    """What rows are known by: an Action ID column of ours, or the plan's own numbers."""
    questions: bool = False
    """On the board side: a sheet of the workbook shows the open conflicts and proposals, to be answered there."""

    backups: int = Field(default=20, ge=1)
    """How many earlier versions of the file are kept at least; beside them, the last of each of 30 days."""

    @field_validator("columns", "fill_down")
    @classmethod
    def _known_fields(cls, value: dict[str, str] | tuple[str, ...]) -> dict[str, str] | tuple[str, ...]:
        for name in value:
            if name not in FIELDS:
                raise ValueError(f"“{name}” is no field; the fields are {', '.join(FIELDS)}")
        return value

    @field_validator("path")
    @classmethod
    def _a_file(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("it names no file")
        return value

    @field_validator("questions")
    @classmethod
    def _a_workbook(cls, value: bool, info: ValidationInfo) -> bool:
        if value and not str(info.data.get("path", ".xlsx")).lower().endswith((".xlsx", ".xlsm")):
            raise ValueError("only an .xlsx or .xlsm workbook can have a sheet of questions")
        return value
