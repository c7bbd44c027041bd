"""One code, two hundred hands: exactly one gets tokens, and what it got is revoked."""

import multiprocessing
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from counterfoil.oauth import ClientKind
from tests.oauth.rivals import redeem_together
from tests.oauth.town import Town

WORKERS, TIMES = 4, 50


def test_two_hundred_uses_of_one_code_over_four_processes_give_one_token(
    town: Town, upgraded_database_url: str
) -> None:
    app = town.application(ClientKind.PUBLIC)
    town.sign_in(town.person())
    code = town.code(app)
    # A forked child would share the parent's connections.
    spawn = multiprocessing.get_context("spawn")
    with spawn.Manager() as manager, ProcessPoolExecutor(WORKERS, mp_context=spawn) as workers:
        start = manager.Barrier(WORKERS)
        told = [
            workers.submit(redeem_together, upgraded_database_url, app.id, code, TIMES, start)
            for _ in range(WORKERS)
        ]
        counted = sum((one.result() for one in told), Counter[str]())
    assert counted == {"tokens": 1, "code_reused": WORKERS * TIMES - 1}
    assert Counter(town.events())["token_issued", None] == 1
    assert Counter(town.events())["grant_revoked", "code_reused"] == 1
