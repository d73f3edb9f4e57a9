"""Two-way sync: observe, merge, plan, apply, recover (docs/explanation/sync.md)."""
