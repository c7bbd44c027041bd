"""The two halves of the protocol: what a browser asks for, and what a client exchanges it for."""

from dataclasses import dataclass

from counterfoil.accounts import Accounts
from counterfoil.interactions import Interactions
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.sealing import Keyring
from counterfoil.oauth.authorization import Authorization
from counterfoil.oauth.clients import Clients
from counterfoil.oauth.exchange import Exchange
from counterfoil.sessions import Sessions
from counterfoil.tokens import Tokens


@dataclass(frozen=True, slots=True)
class OAuth:
    authorization: Authorization
    exchange: Exchange

    @classmethod
    def of(
        cls,
        *,
        clock: Clock,
        entropy: Entropy,
        keyring: Keyring,
        accounts: Accounts,
        sessions: Sessions,
        interactions: Interactions,
        clients: Clients,
        tokens: Tokens,
        code_s: int,
    ) -> "OAuth":
        """Both halves over the same slices; the issuer is that of `tokens`."""
        return cls(
            Authorization(
                clock,
                entropy,
                keyring,
                accounts,
                sessions,
                interactions,
                clients,
                tokens,
                code_s,
            ),
            Exchange(clock, entropy, keyring, clients, tokens),
        )
