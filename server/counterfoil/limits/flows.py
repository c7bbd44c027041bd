"""Refuses what comes too often from one address."""

from dataclasses import dataclass

from counterfoil.errors import Reason, Refused
from counterfoil.kit.clock import Clock
from counterfoil.limits import rules, store
from counterfoil.limits.rules import Limited
from counterfoil.store import Transaction


@dataclass(frozen=True, slots=True)
class Limits:
    """`per_minute` in the long run, `burst` at once; both for each address and each `Limited`."""

    clock: Clock
    per_minute: int
    burst: int

    def refuse_flood(self, tx: Transaction, address: str, what: Limited) -> None | Refused:
        """Counts one request from `address`; FLOODED, with the seconds to wait, when it is one
        too many. That one is not counted, so that waiting helps."""
        network = rules.network_of(address)
        if network is None:
            return None
        now_ms, rate = self.clock.now_ms(), rules.rate(self.per_minute, self.burst)
        fits, until_ms = store.take(tx, f"{what}/{network}", rate, now_ms)
        if fits:
            return None
        return Refused(Reason.FLOODED, f"{what} from {network}", rate.wait_s(until_ms, now_ms))
