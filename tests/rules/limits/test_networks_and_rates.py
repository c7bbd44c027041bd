"""Whose bucket an address falls into, and how fast a bucket empties."""

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.limits.rules import NOBODY_KNOWS, Rate, network_of, rate

T0 = 1_800_000_000_000


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("255.255.255.255", "255.255.255.255"),
        # One household: RFC 6177.
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:0db8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:DB8:1:3::1", "2001:db8:1:3::/64"),
        # IPv4 in IPv6 is IPv4.
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::ffff:c000:201", "192.0.2.1"),
        ("64:ff9b::192.0.2.1", "192.0.2.1"),
        ("64:ff9b:1::1", "64:ff9b:1::/64"),
        # The scope is the name of an interface of ours.
        ("fe80::1%eth0", "fe80::/64"),
        ("fe80::2%any thing", "fe80::/64"),
        ("fe80::3%", "fe80::/64"),
        # What is no address.
        ("", NOBODY_KNOWS),
        ("testclient", NOBODY_KNOWS),
        ("192.0.2.1:4711", NOBODY_KNOWS),
        ("192.0.2.01", NOBODY_KNOWS),
        ("2001:db8::/64", NOBODY_KNOWS),
        ("1", NOBODY_KNOWS),
        (" 192.0.2.1", NOBODY_KNOWS),
        # This machine is a proxy that nobody named, or whoever tries us out.
        ("127.0.0.1", None),
        ("127.8.8.8", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
    ],
)
def test_an_address_stands_for_a_network(address: str, network: str | None) -> None:
    assert network_of(address) == network


@given(st.text(max_size=60))
def test_any_text_stands_for_something(text: str) -> None:
    found = network_of(text)
    assert found is None or 0 < len(found) <= 43


@given(st.integers(0x2000 << 48, (0x4000 << 48) - 1), st.integers(0, 2**64 - 1))
def test_all_of_a_64_is_one_and_the_next_is_another(prefix: int, host: int) -> None:
    one = network_of(str(IPv6Address(prefix << 64 | host)))
    assert one == network_of(str(IPv6Address(prefix << 64)))
    assert one != network_of(str(IPv6Address((prefix ^ 1) << 64 | host)))


@pytest.mark.parametrize(
    ("per_minute", "interval_ms"), [(1, 60_000), (60, 1000), (120, 500), (70, 858), (6000, 10)]
)
def test_a_rate_is_never_more_than_was_said(per_minute: int, interval_ms: int) -> None:
    assert rate(per_minute, 7) == Rate(interval_ms, 7)
    assert 60_000 / interval_ms <= per_minute


@pytest.mark.parametrize(
    ("ahead_ms", "wait_s"),
    [
        # A bucket of 10 that lets one out a second: full, there is room for five in 5 seconds.
        (10_000, 5),
        (9_001, 5),
        (9_000, 4),
        (6_500, 2),
        (0, 2),
        # Further ahead than a bucket can be: somebody's clock was put right.
        (3_600_000, 5),
    ],
)
def test_the_wait_makes_room_for_a_whole_sign_in(ahead_ms: int, wait_s: int) -> None:
    assert Rate(1000, 10).wait_s(T0 + ahead_ms, T0) == wait_s


def test_a_small_bucket_is_waited_for_until_it_is_empty() -> None:
    assert Rate(60_000, 2).wait_s(T0 + 120_000, T0) == 120
