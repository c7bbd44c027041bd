"""The background task that sends what is due: one in each process that serves.

    waiting --claimed, sent--> sent (its content is emptied)
       | ^--- trouble: waits longer each time
       '----- refused for good, too late, too long --> given_up

A claim is one conditional statement, so that no two workers send a letter at once. When a
process dies between the server's word and ours to the database, the letter is sent again once
the claim is over: at least once, with the same Message-ID, so that a receiver can tell.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.errors import MessageError

from counterfoil.kit.clock import Clock
from counterfoil.kit.entropy import Entropy
from counterfoil.kit.sealing import Keyring, SealBroken
from counterfoil.mail.compose import Composer
from counterfoil.mail.line import End, Line, Outcome
from counterfoil.mail.rules import CLAIM_MS, TOO_LATE, GiveUp, TryAgain, after_trouble
from counterfoil.mail.server import Server, server_of
from counterfoil.notices import Bell, Message, open_message, seal_message, store
from counterfoil.notices.store import Claimed
from counterfoil.settings import Settings
from counterfoil.store import Store, StoreBusy

log = logging.getLogger("counterfoil.mail")

LOOK_EVERY_S = 15
STOP_WITHIN_S = 5


class MailWorker:
    """Start it with `start`, end it with `stop`; `deliver_due` is one look at the outbox."""

    def __init__(
        self,
        database: Store,
        clock: Clock,
        entropy: Entropy,
        keyring: Keyring,
        bell: Bell,
        server: Server,
        composer: Composer,
        *,
        stop_within_s: float = STOP_WITHIN_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._entropy = entropy
        self._keyring = keyring
        self._bell = bell
        self._composer = composer
        self._line = Line(server)
        # The conversation is one thread's: it is slow, and the loop is everybody's.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mail")
        self._woken = asyncio.Event()
        self._stop_within_s = stop_within_s
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._wake: Callable[[], None] | None = None

    def start(self) -> None:
        """In the loop that it shall run in."""
        loop, woken = asyncio.get_running_loop(), self._woken

        def wake() -> None:
            # A letter that is committed while the loop ends is sent by the next process.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(woken.set)

        self._wake = wake
        self._bell.listen(wake)
        self._task = loop.create_task(self._run(), name="mail")

    async def stop(self) -> None:
        """What is being sent is finished, for a few seconds; then the conversation is cut."""
        self._stopping = True
        self._woken.set()
        if self._wake is not None:
            self._bell.forget(self._wake)
        if self._task is not None:
            done, _ = await asyncio.wait({self._task}, timeout=self._stop_within_s)
            if not done:
                self._line.abort()
            await self._task
        self._thread.shutdown()

    async def deliver_due(self) -> int:
        """Sends what is due, one letter after the other, until none is or the server is away.

        How many it took. Raises StoreBusy.
        """
        taken = 0
        try:
            while not self._stopping and (claimed := await self._claim()) is not None:
                outcome = await self._handle(claimed)
                taken += outcome is End.SENT
                if outcome is End.AWAY:
                    break
        finally:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._line.close)
        return taken

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                await self.deliver_due()
            except StoreBusy:
                log.warning("the database did not answer; letters wait")
            except Exception as error:  # noqa: BLE001  # the task outlives a defect in one look
                # By its type alone: what it says may name the person whom a letter is for.
                log.error("a look at the outbox broke: %s", type(error).__name__)  # noqa: TRY400
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_EVERY_S)

    async def _claim(self) -> Claimed | None:
        now_ms = self._clock.now_ms()
        return await self._database.write(lambda tx: store.claim_due(tx, now_ms, now_ms + CLAIM_MS))

    async def _handle(self, claimed: Claimed) -> End:
        try:
            message = open_message(self._keyring, claimed.id, claimed.sealed)
        except SealBroken:
            await self._give_up(claimed, Message("unknown"), "its seal is broken")
            return End.NEVER
        if message.expires_ms is not None and message.expires_ms <= self._clock.now_ms():
            await self._give_up(claimed, _emptied(message), TOO_LATE)
            return End.NEVER
        try:
            mail = self._composer.compose(claimed.id, message, claimed.made_ms)
        except (LookupError, ValueError, MessageError) as error:
            # A defect of ours, in this letter alone: the others must not wait behind it.
            trouble = f"it cannot be written: {type(error).__name__}"
            await self._give_up(claimed, message, trouble)
            return End.NEVER
        outcome = await asyncio.get_running_loop().run_in_executor(
            self._thread, self._line.send, mail, self._composer.sender, message.to
        )
        await self._settle(claimed, message, outcome)
        return outcome.end

    async def _settle(self, claimed: Claimed, message: Message, outcome: Outcome) -> None:
        now_ms = self._clock.now_ms()
        if outcome.end is End.SENT:
            emptied = seal_message(self._keyring, claimed.id, _emptied(message), self._entropy)
            await self._database.write(lambda tx: store.mark_sent(tx, claimed, emptied, now_ms))
            log.info("sent letter %s (%s)", claimed.id, message.what)
            return
        if outcome.end is End.NEVER:
            await self._give_up(claimed, message, outcome.trouble)
            return
        match after_trouble(claimed.tries, claimed.made_ms, message.expires_ms, now_ms):
            case TryAgain(due_ms):
                await self._database.write(
                    lambda tx: store.put_back(tx, claimed, outcome.trouble, due_ms)
                )
                log.warning("letter %s waits: %s", claimed.id, outcome.trouble)
            case GiveUp(why):
                kept = _emptied(message) if why == TOO_LATE else message
                await self._give_up(claimed, kept, f"{outcome.trouble}; {why}")

    async def _give_up(self, claimed: Claimed, kept: Message, trouble: str) -> None:
        sealed = seal_message(self._keyring, claimed.id, kept, self._entropy)
        await self._database.write(lambda tx: store.mark_given_up(tx, claimed, trouble, sealed))
        log.warning("gave up letter %s: %s", claimed.id, trouble)


def make_mail_worker(
    settings: Settings,
    database: Store,
    clock: Clock,
    entropy: Entropy,
    keyring: Keyring,
    bell: Bell,
) -> MailWorker | None:
    """None when the settings name no server: letters wait then. Raises BadSettings."""
    server = server_of(settings)
    if server is None:
        return None
    composer = Composer.of(settings)
    return MailWorker(database, clock, entropy, keyring, bell, server, composer)


def _emptied(message: Message) -> Message:
    """What is left of a letter that nobody needs any more: addresses and links do not linger."""
    return replace(message, to="", facts={})
