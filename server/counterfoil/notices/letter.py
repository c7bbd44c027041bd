"""A letter as it waits in the outbox: sealed, since it holds an address and often a link."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from counterfoil.kit import strict_json
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import LetterId
from counterfoil.kit.sealing import DataKeyPurpose, Keyring


@dataclass(frozen=True, slots=True)
class Message:
    """To whom and what: `what` names the words, `facts` fill them in.

    `language` is "" for the service's own. `expires_ms` is when the link in it is no longer
    good; None for a letter that has none. A letter that was sent keeps only its `what`.
    """

    what: str
    to: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    language: str = ""
    expires_ms: int | None = None


def seal_message(
    keyring: Keyring, letter_id: LetterId, message: Message, entropy: Entropy
) -> bytes:
    text = strict_json.dump(
        {
            "what": message.what,
            "to": message.to,
            "facts": dict(message.facts),
            "language": message.language,
            "expires_ms": message.expires_ms,
        }
    )
    return keyring.seal(DataKeyPurpose.OUTBOX, _row(letter_id), text.encode(), entropy)


def open_message(keyring: Keyring, letter_id: LetterId, blob: bytes) -> Message:
    """Raises SealBroken for a blob that was moved or edited."""
    text = keyring.open(DataKeyPurpose.OUTBOX, _row(letter_id), blob)
    found = strict_json.parse_object(text)
    expires_ms = found["expires_ms"]
    return Message(
        what=str(found["what"]),
        to=str(found["to"]),
        facts=plain_facts(found["facts"]),
        language=str(found["language"]),
        expires_ms=expires_ms if isinstance(expires_ms, int) else None,
    )


def plain_facts(value: strict_json.Json) -> dict[str, str | int]:
    """The texts and whole numbers of an object of ours."""
    assert isinstance(value, dict)
    return {name: fact for name, fact in value.items() if isinstance(fact, str | int)}


def _row(letter_id: LetterId) -> str:
    return f"outbox/sealed_letter/{letter_id}"
