"""What the report was made from, and what it leaves out."""

from __future__ import annotations

from collections import Counter

from actiontrack.domain.lifecycle import words
from actiontrack.domain.report import Column, Section, Table, day_in_words
from actiontrack.domain.vocabulary import Status
from actiontrack.services.reporting.picture import Picture
from actiontrack.services.reporting.wording import many, since_words


def provenance_section(picture: Picture) -> Section:
    """The last section."""
    return Section(
        "provenance",
        "What this report was made from",
        tuple(_says(picture)),
        (_left_out(picture), _waiting(picture), _sources(picture)),
    )


def _says(picture: Picture) -> list[str]:
    compared = (
        f"It is compared with {since_words(picture)}."
        if picture.since
        else "No earlier meeting is recorded to compare it with."
    )
    says = [
        f"This is the record as at the end of {day_in_words(picture.as_at)} ({picture.zone.key}). {compared}",
        f"It was made from audit entry {picture.position}.",
    ]
    if picture.head:
        says[-1] += f" Its hash is {picture.head}; --at-entry {picture.again} makes the same report again."
    if picture.adopted_later:
        says.append(
            f"{many(picture.adopted_later, 'action')} entered the record after {day_in_words(picture.as_at)} and "
            f"{'is' if picture.adopted_later == 1 else 'are'} shown as first recorded."
        )
    if picture.since:
        late = sum(1 for item in picture.items if picture.day(item.action.created_at) > picture.since)
        if late:
            says.append(
                f"{many(late, 'action')} entered the record after {day_in_words(picture.since)}: for that day "
                f"{'it is' if late == 1 else 'they are'} judged as first recorded."
            )
    return says


def _left_out(picture: Picture) -> Table:
    """Why actions are not among the live ones; the counts sum to the figure "not live"."""
    counts = Counter(item.action.status for item in picture.items if not item.live)
    rows = tuple((words(status), counts[status]) for status in Status if counts[status])
    return Table(
        "left_out",
        "Left out of the figures of live actions",
        (Column("status", "Because"), Column("actions", "Actions", "number")),
        rows,
        "No action is left out.",
    )


def _waiting(picture: Picture) -> Table:
    """What stands open and may change a figure once a person answers it."""
    beside = picture.beside
    rows = tuple(
        row
        for row in (
            ("Rows or values that could not be read, and are held back", beside.held_back),
            ("New actions proposed by an agency, not yet accepted", beside.new),
            ("Other proposals for the record's owner", beside.others),
            ("Conflicts between two sides' edits", beside.conflicts),
        )
        if row[1]
    )
    return Table(
        "waiting",
        "Waiting for a person, and not in the figures",
        (Column("what", "What"), Column("open", "Open", "number")),
        rows,
        "Nothing waits.",
    )


def _sources(picture: Picture) -> Table:
    """Each instance with the hash of what was read last."""
    return Table(
        "sources",
        "Workbooks and systems read",
        (
            Column("name", "Source"),
            Column("read", "Last read on", "date", "read again since"),
            Column("hash", "Hash of what was read", missing="not kept"),
        ),
        tuple(picture.beside.sources),
        "None: the record was kept by hand.",
    )
