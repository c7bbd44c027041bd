"""Several processes on one socket, as uvicorn supervises them."""

from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess


class Workers(Multiprocess):
    """The workers of one service; one that dies is replaced."""

    def terminate_all(self) -> None:
        """Let the workers drain, and let go of the socket.

        Kept open here, it would take connections that nobody serves any more.
        """
        for listening in self.sockets:
            listening.close()
        super().terminate_all()

    @property
    def could_not_start(self) -> bool:
        """Whether a worker failed before it served anything."""
        return any(process.exitcode == STARTUP_FAILURE for process in self.processes)
