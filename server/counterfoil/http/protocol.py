"""HTTP/1.1 as uvicorn speaks it, with a bound on what may come before a request is complete.

The parser keeps header lines as long as they come; without a bound one unfinished request
takes all the memory, and one enormous cookie the loop's time.
"""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 32 * 1024


class BoundedHttpToolsProtocol(HttpToolsProtocol):
    """Closes a connection whose request line and headers do not end in time."""

    # Bytes since the last one that ended a head or a request; None within a body.
    _head_bytes: int | None = 0

    def data_received(self, data: bytes) -> None:
        """Gives up on a head that is over the bound and has not ended.

        What one read brings is not counted when a head ended in it: reads are bounded, too.
        """
        before = self._head_bytes
        self._ended = False
        super().data_received(data)
        if self._ended or before is None:
            return
        self._head_bytes = before + len(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The request's head is too long.")

    def on_headers_complete(self) -> None:
        """The head is complete; bodies have bounds of their own."""
        self._ended, self._head_bytes = True, None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """What follows on the connection is the head of the next request."""
        self._ended, self._head_bytes = True, 0
        super().on_message_complete()
