"""The way into the house: the entry point, the options, what is declared."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from actiontrack.api import Connector, InstanceContext, InstanceSettings, Place, Side
from actiontrack_spreadsheet import plugin
from actiontrack_spreadsheet.options import SpreadsheetOptions

if TYPE_CHECKING:
    from conftest import Connect


def test_the_type_is_offered_and_makes_a_connector(tmp_path: Path) -> None:
    offered: list[tuple[Any, ...]] = []
    plugin.register_connectors(lambda *offer: offered.append(offer))
    ((name, model, factory, files),) = offered
    assert (name, model) == ("spreadsheet", SpreadsheetOptions)
    assert files.place({"path": "plan.csv"}, tmp_path) == Place(tmp_path)
    settings = InstanceSettings("plan", "spreadsheet", Side.BOARD, options={"path": "plan.csv"})
    (tmp_path / "plan.csv").write_text("Action,Status\nTrain,Open\n")
    context = InstanceContext("plan", str(tmp_path), str(tmp_path / "state"), clock=None)  # type: ignore[arg-type]
    connector: Connector = factory(settings, context)
    assert [record.fields["text"] for record in connector.observe("", {}).records] == ["Train"]


def test_the_entry_point_is_declared() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["actiontrack"] == {"spreadsheet": plugin.__name__}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"path": "plan.xlsx", "sheets": "x"}, "sheets"),
        ({"path": " "}, "it names no file"),
        ({"path": "plan.xlsx", "columns": {"txt": "Action"}}, "“txt” is no field; the fields are ref, number"),
        ({"path": "plan.xlsx", "fill_down": ["recomendation"]}, "“recomendation” is no field"),
        ({"path": "plan.xlsx", "key": "row"}, "'auto', 'ref' or 'number'"),
        ({}, "path"),
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        SpreadsheetOptions.model_validate(options)


def test_what_is_declared(tmp_path: Path, connect: Connect) -> None:
    connector = connect(tmp_path / "plan.xlsx")
    declared = connector.capabilities()
    assert declared.concurrency == "compare"
    assert declared.reads == declared.writes
    assert "text" in declared.writes
    assert "ref" not in declared.writes
    assert connector.find("op") is None
