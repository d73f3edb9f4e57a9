"""One collection of a CalDAV server, in WebDAV's own terms: its members, their tags, what changed since a token."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from actiontrack.api import AccessRefused, CursorExpired, UserError, Web

if TYPE_CHECKING:
    import requests

_DAV, _CAL = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
_SPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
_MOST_PAGES = 10_000
_AT_ONCE = 50
"""Members asked for in one request."""


@dataclass(frozen=True, slots=True)
class Member:
    """One resource of the collection: the last part of its address, its tag, its text."""

    href: str
    etag: str
    data: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The members that changed, those that are gone, and the token to ask from the next time."""

    members: Sequence[Member]
    gone: Sequence[str]
    token: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server says of the collection. `rights` and `kinds` are None where it does not say."""

    is_calendar: bool
    kinds: Collection[str] | None
    rights: Collection[str] | None
    reports: Collection[str] | None
    largest: int | None
    """Bytes of one member."""


class CollectionClient:
    """Speaks WebDAV to one collection, whose address is the web's own."""

    def __init__(self, web: Web, url: str) -> None:
        self._web = web
        self._path = unquote(urlsplit(url).path).rstrip("/") + "/"

    def changes(self, token: str) -> Changes:
        """What changed since a token ("": everything), with its text (RFC 6578).

        Raises CursorExpired, UserError where that address is no such collection, and as `Web.ask`.
        """
        members: list[Member] = []
        gone: list[str] = []
        for _ in range(_MOST_PAGES):
            page = self._since(token)
            new = page.findtext(f"{_DAV}sync-token") or ""
            if not new:
                raise UserError(f"{self._path} answers without a sync-token; check that url names a list of tasks")
            more, without_text = False, []
            for href, status, props in self._responses(page):
                if not href:
                    more = status == 507  # the collection itself: there is more than one answer holds
                elif status in (404, 410):
                    gone.append(href)
                elif (found := _member(href, props)).data:
                    members.append(found)
                else:
                    without_text.append(href)
            members += self.members(without_text)
            if not more:
                return Changes(members, gone, new)
            if new == token:
                break
            token = new
        raise UserError(f"{self._path} goes on without an end; ask whoever runs the server")

    def members(self, hrefs: Sequence[str]) -> list[Member]:
        """These members, those that are there; fifty a request."""
        found = []
        for start in range(0, len(hrefs), _AT_ONCE):
            page = _parsed(self._ask("REPORT", self._multiget_body(hrefs[start : start + _AT_ONCE]), "1"), self._path)
            found += [_member(href, props) for href, status, props in self._responses(page) if href and status < 400]
        return [each for each in found if each.data]

    def member(self, href: str) -> Member | None:
        """One member; None where it is not there."""
        return next(iter(self.members([href])), None)

    def put(self, href: str, data: str, etag: str) -> requests.Response:
        """Write a member whole: that of this tag or, without one, only where there is none yet."""
        condition = {"If-Match": etag} if etag else {"If-None-Match": "*"}
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        return self._web.ask("PUT", quote(href, safe=""), data=data.encode(), headers=headers)

    def facts(self) -> Facts:
        """What the server says of the collection. Raises UserError where that address is none, and as `Web.ask`."""
        asked = (
            "<D:resourcetype/><D:current-user-privilege-set/><D:supported-report-set/>"
            "<C:supported-calendar-component-set/><C:max-resource-size/>"
        )
        answer = self._ask("PROPFIND", f"<D:propfind {_SPACES}><D:prop>{asked}</D:prop></D:propfind>", "0")
        props: Mapping[str, ElementTree.Element] = {}
        for href, _, found in self._responses(_parsed(answer, self._path)):
            props = props if href else found
        kinds = props.get(f"{_CAL}supported-calendar-component-set")
        size = (props[f"{_CAL}max-resource-size"].text or "") if f"{_CAL}max-resource-size" in props else ""
        return Facts(
            is_calendar=_names(props.get(f"{_DAV}resourcetype"), "calendar") is not None,
            kinds=None if kinds is None else {each.get("name", "").upper() for each in kinds},
            rights=_all_names(props.get(f"{_DAV}current-user-privilege-set")),
            reports=_all_names(props.get(f"{_DAV}supported-report-set")),
            largest=int(size) if size.strip().isdecimal() else None,
        )

    def _multiget_body(self, hrefs: Sequence[str]) -> str:
        listed = "".join(f"<D:href>{escape(quote(self._path + href))}</D:href>" for href in hrefs)
        return (
            f"<C:calendar-multiget {_SPACES}><D:prop><D:getetag/><C:calendar-data/></D:prop>{listed}"
            "</C:calendar-multiget>"
        )

    def _since(self, token: str) -> ElementTree.Element:
        """One page of changes. A token that is not known any more is refused as if we had no right to ask (3.2)."""
        body = (
            f"<D:sync-collection {_SPACES}><D:sync-token>{escape(token)}</D:sync-token><D:sync-level>1</D:sync-level>"
            "<D:prop><D:getetag/><C:calendar-data/></D:prop></D:sync-collection>"
        )
        try:
            return _parsed(self._ask("REPORT", body, "0"), self._path)
        except (AccessRefused, UserError):
            if not token:
                raise
            # Whatever it is, reading everything tells.
            raise CursorExpired("the server does not know this sync-token any more") from None

    def _ask(self, method: str, body: str, depth: str) -> requests.Response:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": depth}
        answer = self._web.ask(method, "", data=f'<?xml version="1.0"?>{body}'.encode(), headers=headers)
        if answer.status_code != 207:
            raise UserError(
                f"{self._path} answers {answer.status_code} to {method}; check that url names a list of tasks"
            )
        return answer

    def _responses(
        self, page: ElementTree.Element
    ) -> Iterator[tuple[str, int, Mapping[str, ElementTree.Element]]]:  # fmt: skip
        """(member's href, "" for the collection itself; status; the properties that are there) of each response."""
        for each in page.iter(f"{_DAV}response"):
            path = unquote(urlsplit(each.findtext(f"{_DAV}href") or "").path)
            props = {
                prop.tag: prop
                for part in each.iter(f"{_DAV}propstat")
                if _status(part) == 200
                for prop in part.iterfind(f"{_DAV}prop/*")
            }
            href = "" if path.rstrip("/") == self._path.rstrip("/") else path.rpartition("/")[2]
            yield href, _status(each) or 200, props


def _parsed(answer: requests.Response, path: str) -> ElementTree.Element:
    fault = f"{path} answers with something else than WebDAV; check the url"
    if b"<!DOCTYPE" in answer.content or b"<!ENTITY" in answer.content:  # WebDAV has neither; nothing is expanded here
        raise UserError(fault)
    try:
        return ElementTree.fromstring(answer.content)  # noqa: S314 - no entities, as just seen
    except ElementTree.ParseError:
        raise UserError(fault) from None


def _status(element: ElementTree.Element) -> int:
    """The code in "HTTP/1.1 404 Not Found"; 0 where it has none of its own."""
    words = (element.findtext(f"{_DAV}status") or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else 0


def _member(href: str, props: Mapping[str, ElementTree.Element]) -> Member:
    etag, data = props.get(f"{_DAV}getetag"), props.get(f"{_CAL}calendar-data")
    return Member(href, (etag.text or "") if etag is not None else "", (data.text or "") if data is not None else "")


def _names(element: ElementTree.Element | None, name: str) -> str | None:
    return name if name in (_all_names(element) or ()) else None


def _all_names(element: ElementTree.Element | None) -> Collection[str] | None:
    """The local names of everything below an element."""
    return None if element is None else {each.tag.rpartition("}")[2] for each in element.iter()}
