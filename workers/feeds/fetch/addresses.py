"""May this address be connected to? What is the public Internet may, the rest by name only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# From the IANA registries of special-purpose addresses. A table of our own, since what Python calls
# global has changed between its releases. The first that holds an address gives the reason.
_REFUSED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), what)
    for network, what in (
        ("0.0.0.0/32", "unspecified"),
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier's customers (CGNAT)"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "IPv4 in IPv6"),
        ("::ffff:0:0/96", "IPv4 in IPv6 (mapped)"),
        ("::ffff:0:0:0/96", "IPv4 in IPv6 (translated)"),
        ("64:ff9b::/96", "IPv4 in IPv6 (NAT64)"),
        ("64:ff9b:1::/48", "IPv4 in IPv6 (local NAT64)"),
        ("100::/64", "discarded"),
        ("2001::/32", "IPv4 in IPv6 (Teredo)"),
        ("2001::/23", "reserved for protocols"),
        ("2001:db8::/32", "for documentation"),
        ("2002::/16", "IPv4 in IPv6 (6to4)"),
        ("3fff::/20", "for documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private (site-local)"),
        ("ff00::/8", "multicast"),
    )
)
# All of IPv6 that is given out for the Internet; the rest of it is reserved.
_UNICAST = IPv6Network("2000::/3")
_PART = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")


def networks(named: Iterable[str]) -> tuple[Network, ...]:
    """Networks in CIDR notation; ValueError names one that is none."""
    return tuple(ip_network(name) for name in named)


def refusal(address: Address, allowed: Iterable[Network] = ()) -> str | None:
    """What an address is that is not connected to; None where it may be.

    An address that carries another one inside is refused whatever it carries: a gateway would
    decide where it leads.
    """
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return "of one network interface"
    if any(address in network for network in allowed):
        return None
    for network, what in _REFUSED:
        if address in network:
            return what
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return "reserved"
    return None


def literal(host: str) -> Address | None:
    """The address that a URL's host spells out; None where it is a name.

    As browsers and the C library read it: one to four parts, each decimal, octal or hexadecimal.
    ValueError for one that looks like an address and is none.
    """
    if ":" in host or host.startswith("["):
        return IPv6Address(host.removeprefix("[").removesuffix("]"))
    parts = host.removesuffix(".").split(".")
    if not _PART.fullmatch(parts[-1]):
        return None
    # A name cannot end in a number, so from here on it is an address or wrong.
    if len(parts) > 4:
        raise AddressValueError(f"{host} has more than four parts")
    *first, last = (_number(part) for part in parts)
    if any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        raise AddressValueError(f"{host} has a part that is too large")
    for place, number in enumerate(first):
        last += number << 8 * (3 - place)
    return IPv4Address(last)


def parsed(address: str) -> Address:
    """An address as a resolver gives it; ValueError for anything else."""
    return ip_address(address)


def _number(part: str) -> int:
    if not _PART.fullmatch(part):
        raise AddressValueError(f"{part!r} is no part of an address")
    if part[:2] in ("0x", "0X"):
        return int(part[2:] or "0", 16)
    # Its length is bounded before int() sees it, whose cost grows with the square.
    if len(part) > 40:
        raise AddressValueError("a part that is too large")
    return int(part, 8 if part.startswith("0") else 10)
