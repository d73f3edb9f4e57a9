"""What a board's platform has beside its actions: reviews that are read there, decisions that are told it."""
