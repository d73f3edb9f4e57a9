"""What proves the promise of sync, and is no test by itself: run by `pytest -m proof` and by `python -m proof.…`."""
