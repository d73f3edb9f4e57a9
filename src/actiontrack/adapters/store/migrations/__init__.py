"""The migration history: one for all nouns and tables."""
