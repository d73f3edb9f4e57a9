"""What proves that sync loses nothing, and is no test by itself (docs/explanation/sync.md)."""
