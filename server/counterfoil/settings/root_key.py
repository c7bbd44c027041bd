"""The root key's file: the bytes exactly as they are, for nobody else to read."""

from pathlib import Path

from counterfoil.kit.sealing import KEY_BYTES, RootKey
from counterfoil.settings.private_file import MAX_BYTES, read_private_file
from counterfoil.settings.problem import BadSettings


def read_root_key(path: Path) -> RootKey:
    """The root key: the file's bytes exactly as they are. Raises BadSettings."""
    material = read_private_file(
        path, "root key", missing="restore it from its backup, or: counterfoil init"
    )
    if not KEY_BYTES <= len(material) <= MAX_BYTES:
        raise BadSettings(
            f"The root key at {path} does not have {KEY_BYTES} to {MAX_BYTES} bytes.",
            f"restore {path} from its backup",
        )
    return RootKey(material)
