"""The command line. `actiontrack --help` imports click and this package's front only: each group loads when called."""

from actiontrack.cli.front import main

__all__ = ["main"]
