"""The demonstration's folder: what is kept in it, and that we only touch one that we made."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from counterfoil.cli.output import Exit, Problem

MARK = "made-by-counterfoil-dev.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Places:
    """`folder` holds everything; the root key and the database lie in different ones below it."""

    folder: Path

    @property
    def mark(self) -> Path:
        """The file by which we know our own folder."""
        return self.folder / MARK

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "database" / "counterfoil.db"

    @property
    def root_key(self) -> Path:
        """The root key, mode 0600."""
        return self.folder / "keys" / "root.key"

    @property
    def security_key(self) -> Path:
        """The emulated security key and its PIN, mode 0600."""
        return self.folder / "person" / "security-key.json"

    @property
    def clients(self) -> Path:
        """The ids of the two clients and the secret of one, mode 0600."""
        return self.folder / "sample" / "clients.json"


def prepare(folder: Path, *, fresh: bool) -> Places:
    """Our folder, made or found; `fresh` empties it first. Raises Problem for a foreign one."""
    places = Places(folder.absolute())
    try:
        if folder.exists() and not places.mark.exists() and any(folder.iterdir()):
            raise Problem(
                f"The folder {folder} was not made by the demonstration, so it is left alone.",
                f"{spelled()} --data ANOTHER_FOLDER",
            )
        if fresh and places.mark.exists():
            _empty(places)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in (places.database, places.root_key, places.security_key, places.clients):
            file.parent.mkdir(mode=0o700, exist_ok=True)
        if not places.mark.exists():
            places.mark.write_text(json.dumps({"version": VERSION}), encoding="utf-8")
    except OSError as error:
        raise Problem(
            f"The folder {folder} cannot be used: {error.strerror}.",
            f"{spelled()} --data ANOTHER_FOLDER",
            Exit.USAGE,
        ) from error
    _refuse_open_folder(places.folder)
    return places


def spelled() -> str:
    """How the person at the terminal calls this command."""
    return "./dev run" if Path("dev").is_file() else "counterfoil dev"


def _empty(places: Places) -> None:
    """Remove what is ours; the mark goes last, so that an interrupted run can be repeated."""
    for file in (places.database, places.root_key, places.security_key, places.clients):
        shutil.rmtree(file.parent, ignore_errors=True)
    places.mark.unlink()


def _refuse_open_folder(folder: Path) -> None:
    """Refuse a folder that others may write: they could plant keys in it."""
    if os.name != "posix":
        return
    found = folder.stat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise Problem(
            f"The folder {folder} belongs to somebody else, or others may write to it.",
            f"chmod 700 {folder}",
        )
