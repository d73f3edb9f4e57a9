"""What the ports are made of: the SQL store, the clock, the working-day calendar, the HTTP session."""
