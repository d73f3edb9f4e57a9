"""What a file says that is no mistake by itself, and may be one: words that our data does not know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from actiontrack_learning_together.checking import nearest
from actiontrack_learning_together.data import plain, regime_of, regimes, typology
from actiontrack_learning_together.document import Document, Trouble, Way, key_of
from actiontrack_learning_together.model import ReviewFile


def cautions(document: Document, file: ReviewFile, folder: Path) -> Iterator[Trouble]:
    """Regimes and patterns that are not known; they are taken as they stand."""
    known = regimes(folder)
    if file.review.regime and not regime_of(file.review.regime, known):
        way: Way = ("review", "regime")
        do = f"{nearest(file.review.regime, [each.short for each in known.values()])}, or add it in regimes/"
        yield Trouble(document.place(way), key_of(way), "no regime goes by this name", do, file.review.regime)
    patterns = typology(folder)
    words = [word for each in patterns for word in (each.label, each.short) if word]
    plain_words = {plain(word) for word in words}
    for at, finding in enumerate(file.findings):
        for nth, label in enumerate(finding.typology):
            if plain(label) not in plain_words:
                way = ("findings", at, "typology", nth)
                do = f"{nearest(label, words)}, or add it in typology.toml"
                yield Trouble(document.place(way), key_of(way), "no pattern goes by this name", do, label)
