"""Reports as tagged PDF."""
