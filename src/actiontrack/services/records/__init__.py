"""Reading and changing records: the one place where a field of an action is projected, set or added to."""
