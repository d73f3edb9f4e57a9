"""The use cases: sync, sweep, reporting, audit, records. They speak to the outside through ports only."""
