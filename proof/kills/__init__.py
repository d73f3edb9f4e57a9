"""The kill sweep: a real process, a real SIGKILL at every durable step of every scenario, and what came of it."""
