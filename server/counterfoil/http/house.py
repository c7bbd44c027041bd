"""Everything that was put together at start, as routes see it."""

from dataclasses import dataclass

from starlette.requests import Request

from counterfoil.accounts import Accounts, Profiles
from counterfoil.administration import Administration
from counterfoil.interactions import Interactions
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.sealing import Keyring
from counterfoil.limits import Limits
from counterfoil.notices import Notices
from counterfoil.oauth import Clients, OAuth
from counterfoil.sessions import Sessions
from counterfoil.settings import Settings
from counterfoil.store import Store
from counterfoil.tokens import Tokens
from counterfoil_web import Pages


@dataclass(frozen=True, slots=True)
class House:
    settings: Settings
    store: Store
    clock: Clock
    entropy: Entropy
    keyring: Keyring
    accounts: Accounts
    notices: Notices
    limits: Limits
    profiles: Profiles
    sessions: Sessions
    interactions: Interactions
    clients: Clients
    tokens: Tokens
    oauth: OAuth
    administration: Administration
    pages: Pages


def house_of(request: Request) -> House:
    house = request.app.state.house
    assert isinstance(house, House)
    return house
