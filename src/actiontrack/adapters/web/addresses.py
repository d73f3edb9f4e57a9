"""Which hosts and addresses a connector may reach. Pure but for `resolve`.

A name is resolved once and the connection goes to the very address that was checked, so that nothing can change in
between (DNS rebinding). IPv6 addresses that carry an IPv4 one are judged by both.
"""

from __future__ import annotations

import fnmatch
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from actiontrack.errors import RetryableError, UserError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_METADATA = {ip_address("fd00:ec2::254"), ip_address("100.100.100.200"), ip_address("192.0.0.192")}
"""Where clouds tell a machine its credentials, beside the link-local ones."""
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052
_NAT64_LOCAL = ip_network("64:ff9b:1::/48")  # RFC 8215
_COMPATIBLE = ip_network("::/96")  # RFC 4291, 2.5.5.1: out of use, and still routed by some
_ISATAP = 0x5EFE  # RFC 5214
_LOCALHOST = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class Outbound:
    """`[outbound]` of the configuration: host patterns (none: each connector's own), private networks, a proxy."""

    hosts: Sequence[str] = ()
    networks: Sequence[str] = ()
    proxy: str = ""

    def check_host(self, host: str) -> None:
        """Raises UserError for a host that no pattern lets through."""
        if self.hosts and not any(fnmatch.fnmatchcase(host, pattern.lower()) for pattern in self.hosts):
            raise UserError(f"{host} is not among the hosts of [outbound]; add it there if actiontrack may go there")


def pinned(host: str, port: int, outbound: Outbound) -> str:
    """The address to connect to for a host: the first it has, where all may be reached.

    Raises UserError for an address that may not be reached, RetryableError where there is none.
    """
    allowed = [ip_network(each) for each in outbound.networks] + _meant(host)
    found = resolve(host, port)
    for address in found:
        fault = fault_of(address, allowed)
        if fault:
            raise UserError(f"{host} leads to {address}, {fault}")
    return str(found[0])


def resolve(host: str, port: int) -> list[Address]:
    """The addresses of a host, in the system's order. Raises RetryableError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise RetryableError(f"the name {host} leads to no address; check it, and this machine's network") from None
    return list(dict.fromkeys(ip_address(str(each[4][0])) for each in found))


def fault_of(address: Address, allowed: Sequence[Network]) -> str:
    """Why an address may not be reached, in words that go on a sentence; "" where it may."""
    for each in (*carried(address), address):
        if each.is_unspecified or each.is_multicast or each.is_link_local or _is_reserved(each) or each in _METADATA:
            return f"{_told(each, address)}which no system of anybody's is at; mend the url"
    for each in (*carried(address), address):
        if not each.is_global and not any(each in network for network in allowed if network.version == each.version):
            return (
                f"{_told(each, address)}an address of a private network; if the system is there, add the network "
                'to [outbound], such as networks = ["10.0.0.0/8"]'
            )
    return ""


def carried(address: Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address leads to: mapped, 6to4, Teredo, NAT64, ISATAP, compatible."""
    if isinstance(address, IPv4Address):
        return []
    whole = int(address)
    last = IPv4Address(whole & 0xFFFFFFFF)
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64_LOCAL and not int(last):  # RFC 6052, 2.2: behind 48 bits it lies around bits 64 to 71
        found.append(IPv4Address(((whole >> 64) & 0xFFFF) << 16 | (whole >> 40) & 0xFFFF))
    elif address in _NAT64 or address in _NAT64_LOCAL or (whole >> 32) & 0xFFFF == _ISATAP:
        found.append(last)
    if address in _COMPATIBLE and whole > 1:
        found.append(last)
    return [each for each in found if each is not None]


def _is_reserved(address: Address) -> bool:
    """For nobody yet. (What carries another is judged by that.)"""
    return address.is_reserved and not carried(address) and not address.is_loopback


def _meant(host: str) -> list[Network]:
    """What somebody means who writes an address itself, or localhost."""
    if host.lower() == "localhost":
        return list(_LOCALHOST)
    try:
        return [ip_network(host.strip("[]"))]
    except ValueError:
        return []


def _told(found: Address, address: Address) -> str:
    return "" if found == address else f"which stands for {found}, "
