"""The FHIR connector keeps the connector port's rules on Medplum's FHIR router."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from between import Between, between

from actiontrack.api import Batch, Connector, Write
from actiontrack.testing import ConnectorTests, Remote, web_context
from actiontrack_fhir.connector import FhirConnector
from actiontrack_fhir.options import FhirOptions

pytestmark = pytest.mark.server


class Kept:
    """A server with two tasks of ours."""

    field = "text"

    def __init__(self, clinic: Any, stand: Between) -> None:
        self._clinic = clinic
        self._stand = stand
        self.secret = clinic.token
        self.cut_off = stand.cut_off
        writes = [_create(f"op{number}", f"AT-0000-0000-000{number}", f"Task {number}") for number in (1, 2)]
        assert [each.state for each in self.connector().apply(Batch(writes, "", "", {}))] == ["applied", "applied"]

    def connector(self) -> Connector:
        options = FhirOptions.model_validate(self._clinic.options(self._stand.url))
        return FhirConnector(options, web_context({"FHIR_TOKEN": self.secret}))

    def edit(self, remote_id: str, text: str) -> None:
        self._clinic.change(remote_id, lambda task: task.update(description=text))


class TestFhir(ConnectorTests):
    @pytest.fixture(autouse=True)
    def _reached(self, clinic: Any) -> Iterator[None]:
        self._clinic = clinic
        with ExitStack() as self._stands:
            yield

    def remote(self, tmp_path: Path) -> Remote:
        return Kept(self._clinic, self._stands.enter_context(between(self._clinic.url)))


def _create(op_id: str, ref: str, text: str) -> Write:
    return Write(op_id, "", 0, creates=True, before={}, after={"ref": ref, "text": text})
