"""The field's nouns and rules: pure, no input or output. Terms are those of safeguarding practice (docs/reference)."""
