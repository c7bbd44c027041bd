"""The root key's file: the bytes exactly as they are, for nobody else to read."""

import os
import stat
from pathlib import Path

from counterfoil.kit.sealing import KEY_BYTES, RootKey
from counterfoil.settings.problem import BadSettings

ROOT_KEY_MAX_BYTES = 4096


def read_root_key(path: Path) -> RootKey:
    """The root key: the file's bytes exactly as they are. Raises BadSettings."""
    try:
        # Opened before it is looked at, so that what was checked is what is read.
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            material = file.read(ROOT_KEY_MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise BadSettings(
            f"There is no root key at {path}.", "restore it from its backup, or: counterfoil init"
        ) from error
    except OSError as error:
        raise BadSettings(
            f"The root key at {path} cannot be read: {error.strerror}.", f"ls -l {path}"
        ) from error
    if os.name == "posix" and mode & 0o077:
        raise BadSettings(
            f"Others may read the root key at {path} (mode {mode:04o}).", f"chmod 600 {path}"
        )
    if not KEY_BYTES <= len(material) <= ROOT_KEY_MAX_BYTES:
        raise BadSettings(
            f"The root key at {path} does not have {KEY_BYTES} to {ROOT_KEY_MAX_BYTES} bytes.",
            f"restore {path} from its backup",
        )
    return RootKey(material)
