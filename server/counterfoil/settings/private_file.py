"""Files with a secret: for nobody else to read, bounded, and never shown."""

import os
import stat
from pathlib import Path

from counterfoil.settings.problem import BadSettings

MAX_BYTES = 4096


def read_private_file(path: Path, what: str, *, missing: str) -> bytes:
    """The bytes of the `what` at `path`, one more than MAX_BYTES at most. Raises BadSettings.

    `missing` is what to try when there is no such file.
    """
    try:
        # Opened before it is looked at, so that what was checked is what is read.
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise BadSettings(f"There is no {what} at {path}.", missing) from error
    except OSError as error:
        raise BadSettings(
            f"The {what} at {path} cannot be read: {error.strerror}.", f"ls -l {path}"
        ) from error
    if os.name == "posix" and mode & 0o077:
        raise BadSettings(
            f"Others may read the {what} at {path} (mode {mode:04o}).", f"chmod 600 {path}"
        )
    return content
