"""Files that hold secrets: made at once with mode 0600, never written over."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from counterfoil.cli.output import Problem

ROOT_KEY_BYTES = 32


def write_new_secret(path: Path, content: bytes, undo: ExitStack) -> None:
    """Make `path` with mode 0600, in a folder that only we enter if that must be made too.

    `undo` removes it again when it is closed. Raises Problem when the file is already there.
    """
    try:
        make_private_folder(path.parent)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Problem(
            f"The file {path} is already there, and nothing is written over.", f"ls -l {path}"
        ) from error
    except OSError as error:
        raise Problem(
            f"The file {path} cannot be written: {error.strerror}.", f"ls -ld {path.parent}"
        ) from error
    undo.callback(path.unlink, missing_ok=True)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def private_files() -> Iterator[None]:
    """What is made in the block is for this user alone, whoever makes it."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def make_private_folder(folder: Path) -> None:
    """Make the folder and its parents; only what is made gets mode 0700."""
    # One by one: `parents=True` makes the parents as open as the umask lets it.
    for missing in [f for f in reversed([folder, *folder.parents]) if not f.exists()]:
        missing.mkdir(mode=0o700, exist_ok=True)
