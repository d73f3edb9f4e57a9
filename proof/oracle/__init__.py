"""Histories of edits on both sides of a sync, and a naive oracle that says what must come of each (I1, I5, I7–I14)."""
