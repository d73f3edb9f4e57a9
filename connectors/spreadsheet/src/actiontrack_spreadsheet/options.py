"""What a `[[connector]]` of type "spreadsheet" may say."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from actiontrack_spreadsheet.headings import FIELDS


class SpreadsheetOptions(BaseModel):
    """The keys of a spreadsheet instance, beside those every instance has."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    path: str
    """The workbook (.xlsx, .xlsm, .ods; .xls and .xlsb are only read) or .csv file; relative to the configuration."""
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
