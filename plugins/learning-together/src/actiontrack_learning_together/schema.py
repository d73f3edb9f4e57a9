"""The JSON Schema of the review file."""

from __future__ import annotations

import json

from actiontrack_learning_together.model import ReviewFile


def schema_text() -> str:
    """As it is published: docs/reference/review.schema.json."""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **ReviewFile.model_json_schema()}
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"
