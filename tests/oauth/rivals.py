"""Processes that redeem one code at the same moment; each opens the database for itself."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from counterfoil.app import close_house
from counterfoil.errors import Refused
from counterfoil.kit.ids import ClientId
from counterfoil.kit.secret import Secret
from counterfoil.oauth import Presented, Redemption
from counterfoil.store import Transaction
from tests.house import house_on
from tests.oauth.town import CALLBACK, HERE, VERIFIER


def redeem_together(
    url: str, client: str, code: str, times: int, start: threading.Barrier
) -> Counter[str]:
    """How often the code gave tokens, and how often it was refused and why.

    `start` is where the processes wait for each other, and `gate` where their threads do.
    """
    house = house_on(url)
    presented = Presented(ClientId(client), None)
    asked = Redemption(Secret(code), CALLBACK, Secret(VERIFIER))
    gate = threading.Barrier(times)

    def redeem(tx: Transaction) -> str:
        told = house.oauth.exchange.redeem(tx, presented, asked, HERE)
        return told.reason.value if isinstance(told, Refused) else "tokens"

    def rival(_number: int) -> str:
        gate.wait()
        return house.store.write_now(redeem)

    start.wait()
    try:
        with ThreadPoolExecutor(times) as rivals:
            return Counter(rivals.map(rival, range(times)))
    finally:
        close_house(house)
