"""`python -m actiontrack` is `actiontrack`."""

from actiontrack.cli import main

main()
