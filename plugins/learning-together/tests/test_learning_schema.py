"""The published schema is the model's, and says what the model says."""

from __future__ import annotations

import json
from pathlib import Path

from learning_board import LearningBoard

from actiontrack.cli.front import run
from actiontrack_learning_together.model import ReviewFile
from actiontrack_learning_together.schema import schema_text

PUBLISHED = Path(__file__).resolve().parents[3] / "docs" / "reference" / "review.schema.json"


def test_the_published_schema_is_the_models() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text(), (
        "write it anew: actiontrack learning schema > docs/reference/review.schema.json"
    )


def test_the_command_prints_it(board: LearningBoard, capsys: object) -> None:
    assert board.run("learning", "schema") == json.loads(schema_text())
    assert run(["learning", "schema"]) == 0


def test_every_part_takes_its_own_keys_only_and_every_field_of_a_review_is_explained() -> None:
    schema = json.loads(schema_text())
    parts = [schema, *(each for each in schema["$defs"].values() if each.get("type") == "object")]
    assert len(parts) == 8
    assert all(each["additionalProperties"] is False for each in parts)
    fields = schema["$defs"]["Review"]["properties"]
    assert [name for name, each in fields.items() if not each.get("description")] == []
    assert set(schema["properties"]) == set(ReviewFile.model_fields)
