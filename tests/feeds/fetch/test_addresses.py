"""Which addresses are connected to."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.feeds.fetch.addresses import literal, networks, refusal

PUBLIC = (
    *("1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1"),
    *("11.0.0.1", "192.0.3.1", "198.20.0.1", "223.255.255.255", "169.253.0.1"),
    *("2606:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "2001:200::1", "2003::1"),
)
# The first and the last address of each network, so that a bound that is off by one shows.
REFUSED = {
    "unspecified": ("0.0.0.0", "::"),
    "this network": ("0.0.0.1", "0.255.255.255"),
    "private": (
        *("10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0"),
        *("192.168.255.255", "fc00::", "fdff:ffff::1"),
    ),
    "CGNAT": ("100.64.0.0", "100.127.255.255"),
    "loopback": ("127.0.0.0", "127.255.255.255", "::1"),
    "link-local": ("169.254.0.0", "169.254.169.254", "fe80::1", "febf::1"),
    "site-local": ("fec0::1", "feff::1"),
    "reserved": ("192.0.0.1", "240.0.0.0", "255.255.255.254", "4000::1", "1::1", "2001:1::1"),
    "documentation": ("192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::1", "3fff:fff::1"),
    "benchmarks": ("198.18.0.0", "198.19.255.255"),
    "multicast": ("224.0.0.0", "239.255.255.255", "ff02::1", "ffff::1"),
    "broadcast": ("255.255.255.255",),
    "IPv4 in IPv6 (mapped)": ("::ffff:127.0.0.1", "::ffff:8.8.8.8"),
    "IPv4 in IPv6 (translated)": ("::ffff:0:8.8.8.8",),
    "IPv4 in IPv6": ("::8.8.8.8", "::10.0.0.1"),
    "NAT64": ("64:ff9b::", "64:ff9b::8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b:1::1"),
    "Teredo": ("2001::1", "2001:0:ffff::1"),
    "6to4": ("2002::1", "2002:0808:0808::1", "2002:7f00:1::1", "192.88.99.1"),
    "discarded": ("100::1",),
    "of one network interface": ("fe80::1%eth0", "2606:4700::1111%1"),
}
V4 = st.integers(0, 2**32 - 1).map(IPv4Address)
V6 = st.integers(0, 2**128 - 1).map(IPv6Address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_connected_to(address: str) -> None:
    assert refusal(ip_address(address)) is None


@pytest.mark.parametrize(
    ("address", "reason"), [(address, why) for why, them in REFUSED.items() for address in them]
)
def test_all_others_are_not_and_the_reason_is_said(address: str, reason: str) -> None:
    assert reason in (refusal(ip_address(address)) or "")


@given(V4)
def test_what_python_calls_private_or_special_is_refused(address: IPv4Address) -> None:
    special = address.is_private or address.is_multicast or address.is_reserved
    if special or address.is_loopback or address.is_link_local or address.is_unspecified:
        assert refusal(address) is not None


@given(V6)
def test_what_is_outside_of_unicast_is_refused(address: IPv6Address) -> None:
    if address not in IPv6Network("2000::/3") or address.is_private or address.teredo:
        assert refusal(address) is not None


@given(V4, st.sampled_from(["::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::"]), V6)
def test_an_address_that_carries_another_is_refused_whatever_it_carries(
    inner: IPv4Address, prefix: str, rest: IPv6Address
) -> None:
    assert refusal(IPv6Address(int(IPv6Address(prefix)) | int(inner))) is not None
    low = int(rest) & (2**80 - 1)
    assert refusal(IPv6Address((0x2002 << 112) | (int(inner) << 80) | low)) is not None
    assert refusal(IPv6Address((0x20010000 << 96) | low)) is not None
    # Not even if the address inside is allowed: a gateway would decide where it leads.
    allowed = [IPv4Network((inner, 32))]
    assert refusal(IPv6Address(0xFFFF << 32 | int(inner)), allowed) is not None


@given(V4 | V6, st.integers(0, 128))
def test_an_allowed_network_allows_its_addresses_and_no_others(
    address: IPv4Address | IPv6Address, bits: int
) -> None:
    bits = min(bits, address.max_prefixlen)
    shift = address.max_prefixlen - bits
    start = type(address)(int(address) >> shift << shift)
    allowed = networks([f"{start}/{bits}"])
    assert refusal(address, allowed) is None
    if bits:
        beyond = type(address)(int(address) ^ (1 << shift))
        assert refusal(beyond, allowed) == refusal(beyond)


def test_a_scoped_address_is_refused_even_in_an_allowed_network() -> None:
    assert refusal(ip_address("fe80::1%eth0"), networks(["fe80::/10"]))


@given(V4, st.integers(1, 4), st.lists(st.sampled_from("doxX"), min_size=4, max_size=4))
def test_every_spelling_of_an_address_is_read_as_the_c_library_reads_it(
    address: IPv4Address, count: int, bases: list[str]
) -> None:
    octets = list(address.packed)
    numbers = [*octets[: count - 1], int.from_bytes(octets[count - 1 :], "big")]
    spell = {"d": "{}", "o": "0{:o}", "x": "0x{:x}", "X": "0X{:X}"}
    host = ".".join(
        spell[base].format(number) for base, number in zip(bases, numbers, strict=False)
    )
    assert literal(host) == literal(host + ".") == address
    assert socket.inet_aton(host) == address.packed


@given(V6)
def test_ipv6_is_read_with_and_without_brackets(address: IPv6Address) -> None:
    assert literal(f"[{address}]") == literal(address.exploded) == address


@pytest.mark.parametrize("host", ["news.example", "a.1x", "1.2.3.4.example", "0xg", "localhost"])
def test_a_name_is_no_address(host: str) -> None:
    assert literal(host) is None


@pytest.mark.parametrize(
    "host", ["256.1.1.1", "1.2.3.4.5", "1.2.3.256", "4294967296", "1..1", "08.1.1.1", "name.1"]
)
def test_what_looks_like_an_address_and_is_none_is_no_name_either(host: str) -> None:
    with pytest.raises(ValueError, match=r"part|base 8"):
        literal(host)


def test_a_number_without_end_costs_nothing() -> None:
    with pytest.raises(ValueError, match="too large"):
        literal("1" * 1_000_000)
