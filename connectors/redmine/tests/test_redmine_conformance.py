"""The Redmine connector keeps the connector port's rules on a real Redmine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from between import Between, between

from actiontrack.api import AccessRefused, Batch, Connector, Outcome, UserError, Write
from actiontrack.testing import ConnectorTests, Remote, web_context
from actiontrack_redmine.connector import RedmineConnector
from actiontrack_redmine.options import RedmineOptions

pytestmark = pytest.mark.server


class Kept:
    """A project with two issues of ours."""

    field = "text"

    def __init__(self, project: Any, stand: Between, folder: Path) -> None:
        self.project = project
        self._stand = stand
        self._folder = folder
        self.secret = project.key
        self.cut_off = stand.cut_off
        writes = [_create(f"op{number}", f"AT-0000-0000-000{number}", f"Task {number}") for number in (1, 2)]
        assert [each.state for each in self.apply(*writes)] == ["applied", "applied"]

    def connector(self, **other: Any) -> Connector:
        options = RedmineOptions.model_validate({**self.project.options(self._stand.url), "rate": 1000, **other})
        context = web_context({"REDMINE_KEY": self.secret})
        return RedmineConnector(options, replace(context, state_folder=str(self._folder)))

    def apply(self, *writes: Write) -> list[Outcome]:
        return list(self.connector().apply(Batch(writes, "", "", {})))

    def edit(self, remote_id: str, text: str) -> None:
        self.project.change(remote_id, subject=text)


class TestRedmine(ConnectorTests):
    @pytest.fixture(autouse=True)
    def _reached(self, project: Any) -> Iterator[None]:
        self._project = project
        with ExitStack() as self._stands:
            yield

    def remote(self, tmp_path: Path) -> Remote:
        return self.kept(tmp_path)

    def kept(self, tmp_path: Path) -> Kept:
        return Kept(self._project, self._stands.enter_context(between(self._project.url)), tmp_path)

    def test_what_the_workflow_forbids_is_refused_by_its_field(self, tmp_path: Path) -> None:
        """Redmine answers 204 to it, and leaves it out; the rest is written."""
        kept = self.kept(tmp_path)
        record = kept.connector().observe("", {}).records[0]
        before = {"text": record.fields["text"], "status": "New"}
        after = {"text": "Written by us", "status": "Nowhere to be found"}
        (told,) = kept.apply(Write("op-3", record.remote_id, 0, False, before, after))  # type: ignore[arg-type]
        assert (told.state, told.field) == ("refused", "status")
        assert kept.connector().observe("", {}).records[0].fields["text"] == "Written by us"

    def test_what_redmine_refuses_takes_nothing_with_it(self, tmp_path: Path) -> None:
        """A due date before the start is refused with all that was sent beside it."""
        kept = self.kept(tmp_path)
        record = kept.connector().observe("", {}).records[0]
        kept.project.change(record.remote_id, start_date="2026-11-20")
        before = {"text": record.fields["text"], "current_due": None}
        from datetime import date

        after = {"text": "Written by us", "current_due": date(2026, 11, 1)}
        (told,) = kept.apply(Write("op-3", record.remote_id, 0, False, before, after))  # type: ignore[arg-type]
        assert (told.state, told.field) == ("refused", "current_due")
        assert "start date" in told.why
        assert kept.connector().observe("", {}).records[0].fields["text"] == "Written by us"

    def test_a_wrong_key_is_no_empty_system(self, tmp_path: Path) -> None:
        """Also where the project is open for anybody to read."""
        kept = self.kept(tmp_path)
        kept.project.ask("PUT", f"projects/{kept.project.name}", "admin", project={"is_public": True})
        kept.secret = "not-the-key"
        with pytest.raises(AccessRefused):
            kept.connector().observe("", {})

    def test_wrong_numbers_of_fields_make_no_issue(self, tmp_path: Path) -> None:
        """They are told by the doctor, and before anything is made."""
        kept = self.kept(tmp_path)
        connector = kept.connector(sync_field=77)
        with pytest.raises(UserError, match="custom field 77"):
            connector.observe("", {})
        with pytest.raises(UserError, match="custom field 77"):
            list(connector.apply(Batch([_create("op9", "AT-1", "Another")], "", "", {})))
        assert "custom field 77" in str(list(connector.check()))
        assert len(kept.project.issues()) == 2
        assert list(kept.connector().check()) == []

    def test_private_notes_stay_there(self, tmp_path: Path) -> None:
        kept = self.kept(tmp_path)
        record = kept.connector().observe("", {}).records[0]
        kept.project.change(record.remote_id, notes="For us alone", private_notes=True)
        kept.project.change(record.remote_id, notes="For everybody")
        assert kept.connector().observe("", {}).records[0].fields["progress"] == "For everybody"

    def test_a_long_text_edited_in_either_place(self, tmp_path: Path) -> None:
        """The subject shows its beginning; the field beside it holds it whole."""
        kept = self.kept(tmp_path)
        record = kept.connector().observe("", {}).records[0]
        whole = "All of it. " * 100
        update = Write("op-3", record.remote_id, 0, False, {"text": record.fields["text"]}, {"text": whole})  # type: ignore[dict-item]
        assert [each.state for each in kept.apply(update)] == ["applied"]
        kept.project.change(record.remote_id, custom_fields=[{"id": 3, "value": f"Not {whole}"}])
        assert kept.connector().observe("", {}).records[0].fields["text"] == f"Not {whole}"
        kept.project.change(record.remote_id, subject="Something else")
        seen = kept.connector().observe("", {}).records[0].fields["text"]
        assert seen == f"Something else\nNot {whole}", "neither edit is lost"


def _create(op_id: str, ref: str, text: str) -> Write:
    return Write(op_id, "", 0, creates=True, before={}, after={"ref": ref, "text": text})
