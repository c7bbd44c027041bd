"""The two halves of the protocol: what a browser asks for, and what a client exchanges it for.

Beside them, what a person sees of both: the applications that are linked.
"""

from counterfoil.accounts import Accounts
from counterfoil.interactions import Interaction, Interactions
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.sealing import Keyring
from counterfoil.oauth.authorization import Asking, Authorization
from counterfoil.oauth.clients import Clients
from counterfoil.oauth.consents import Consents
from counterfoil.oauth.exchange import Exchange
from counterfoil.sessions import Sessions
from counterfoil.store import Transaction
from counterfoil.tokens import Tokens


class OAuth:
    """All of it over the same slices. `code_s`: for how many seconds a code is good."""

    __slots__ = ("authorization", "consents", "exchange")

    def __init__(
        self,
        *,
        clock: Clock,
        entropy: Entropy,
        keyring: Keyring,
        accounts: Accounts,
        sessions: Sessions,
        interactions: Interactions,
        clients: Clients,
        tokens: Tokens,
        issuer: str,
        code_s: int,
    ) -> None:
        self.authorization = Authorization(
            clock,
            entropy,
            keyring,
            accounts,
            sessions,
            interactions,
            clients,
            tokens,
            issuer,
            code_s,
        )
        self.consents = Consents(clock, clients)
        self.exchange = Exchange(clock, entropy, keyring, clients, tokens)

    def asking(self, tx: Transaction, interaction: Interaction) -> Asking | None:
        """Who waits behind a sign-in; None when it is one of our own pages."""
        return self.authorization.asking(tx, interaction)
