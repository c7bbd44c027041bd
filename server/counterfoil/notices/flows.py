"""What is told, in the transaction of its cause: kept exactly when the change is."""

from dataclasses import dataclass, field

from counterfoil.kit import strict_json
from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.ids import AccountId, new_letter_id
from counterfoil.kit.sealing import Keyring
from counterfoil.kit.where import Where
from counterfoil.notices import store
from counterfoil.notices.bell import Bell
from counterfoil.notices.letter import Message, seal_message
from counterfoil.notices.notice import Letter, Notice, Told
from counterfoil.store import Transaction, after_commit

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Notices:
    """`bell` is rung when a letter of this process was committed."""

    clock: Clock
    entropy: Entropy
    keyring: Keyring
    bell: Bell = field(default_factory=Bell)

    def tell(
        self,
        tx: Transaction,
        account_id: AccountId,
        what: Told,
        where: Where,
        **details: str | int,
    ) -> None:
        """One notice, and one letter when the account has an address that was verified.

        A changed address is told before it is changed, so that the old one hears of it.
        """
        now_ms = self.clock.now_ms()
        told = {**details, "address": where.address, "user_agent": where.user_agent}
        store.insert_notice(tx, account_id, what.value, strict_json.dump(told), now_ms)
        reader = store.find_reader(tx, account_id)
        if reader is not None and reader.verified_email:
            facts = {**told, "at_ms": now_ms, "person": reader.shown_name}
            message = Message(what.value, reader.verified_email, facts, reader.language)
            self._post(tx, account_id, message, now_ms)

    def unseen(self, tx: Transaction, account_id: AccountId) -> list[Notice]:
        """The account's notices that were not seen, the oldest first."""
        return store.list_unseen(tx, account_id)

    def see(self, tx: Transaction, account_id: AccountId, up_to: int | None = None) -> None:
        """The account's notices are seen, up to the one with the id `up_to` or all of them."""
        store.see(tx, account_id, up_to, self.clock.now_ms())

    def write_letter(
        self, tx: Transaction, account_id: AccountId, to: str, what: Letter, **facts: str | int
    ) -> None:
        """A letter to whatever address, with the facts `link` and `minutes`; no notice.

        It is not sent any more once its link is no longer good.
        """
        now_ms = self.clock.now_ms()
        reader = store.find_reader(tx, account_id)
        assert reader is not None, "a letter is about somebody's account"
        expires_ms = now_ms + int(facts["minutes"]) * MINUTE_MS
        told = {**facts, "account": reader.name}
        message = Message(what.value, to, told, reader.language, expires_ms)
        self._post(tx, account_id, message, now_ms)

    def _post(self, tx: Transaction, account_id: AccountId, message: Message, now_ms: int) -> None:
        letter_id = new_letter_id(self.entropy)
        sealed = seal_message(self.keyring, letter_id, message, self.entropy)
        store.insert_letter(tx, letter_id, account_id, sealed, now_ms)
        after_commit(tx, self.bell.ring)
