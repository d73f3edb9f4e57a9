"""What is timed, against what, in one run and in turn. `python -m benchmarks` runs it."""
