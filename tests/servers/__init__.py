"""Real systems for tests: each is installed once a machine, made anew from nothing, and ended by its pid."""
