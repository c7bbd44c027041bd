"""OAuth 2.0 and OpenID Connect: clients, authorization, codes, consent, metadata."""

from counterfoil.oauth.authentication import Presented, read_credentials
from counterfoil.oauth.authorization import Asking, ConsentAsked, SendBack, Unfinished
from counterfoil.oauth.client import Client, ClientKind, ConsentRule, read_client_id
from counterfoil.oauth.clients import Clients
from counterfoil.oauth.codes import Redemption, read_redemption
from counterfoil.oauth.consents import Consents, Linked
from counterfoil.oauth.exchange import Issued
from counterfoil.oauth.flows import OAuth
from counterfoil.oauth.parameters import Parameters, read_parameters
from counterfoil.oauth.wire import describe

__all__ = [
    "Asking",
    "Client",
    "ClientKind",
    "Clients",
    "ConsentAsked",
    "ConsentRule",
    "Consents",
    "Issued",
    "Linked",
    "OAuth",
    "Parameters",
    "Presented",
    "Redemption",
    "SendBack",
    "Unfinished",
    "describe",
    "read_client_id",
    "read_credentials",
    "read_parameters",
    "read_redemption",
]
