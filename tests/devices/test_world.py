"""The plugged-in world: time, chance and a finger that do as they are told."""

from __future__ import annotations

import time

import pytest

from counterfoil_devices.emulated import Finger, HandClock, SeededEntropy, SystemClock, Touch, World


def test_a_clock_moved_by_hand_stands_still_otherwise() -> None:
    clock = HandClock(100)
    assert clock.now() == clock.now() == 100
    clock.wait(5)
    assert clock.now() == 105
    with pytest.raises(ValueError, match="backwards"):
        clock.wait(-1)


def test_a_seed_gives_the_same_bytes_and_never_the_same_twice() -> None:
    one, again, other = SeededEntropy(b"a"), SeededEntropy(b"a"), SeededEntropy(b"b")
    first, second = one(32), one(32)
    assert [again(32), again(32)] == [first, second]
    assert len({first, second, other(32)}) == 3
    assert [len(one(n)) for n in (0, 1, 100)] == [0, 1, 100]


@pytest.mark.parametrize(
    ("does", "after_s", "comes", "passed_s"),
    [
        (Touch.GIVEN, 0, Touch.GIVEN, 0),
        (Touch.GIVEN, 30, Touch.GIVEN, 30),
        (Touch.GIVEN, 31, Touch.NEVER, 30),
        (Touch.REFUSED, 2, Touch.REFUSED, 2),
        (Touch.NEVER, 0, Touch.NEVER, 30),
    ],
)
def test_a_finger_comes_in_time_or_not_at_all(
    does: Touch, after_s: int, comes: Touch, passed_s: int
) -> None:
    clock, finger = HandClock(100), Finger(does, after_s)
    assert finger.touch(clock, 30) is comes
    assert clock.now() == 100 + passed_s
    assert (finger.asked, finger.touches) == (1, int(comes is Touch.GIVEN))


def test_the_real_world_waits_for_no_finger_that_never_comes() -> None:
    world = World.real(pin="2580")
    world.finger.does = Touch.NEVER
    start = time.monotonic()
    assert world.finger.touch(world.clock, 30) is Touch.NEVER
    assert time.monotonic() - start < 5
    assert isinstance(world.clock, SystemClock)
    assert abs(world.clock.now() - time.time()) < 5
    assert world.entropy(16) != world.entropy(16)
