"""Styles, modules and the icon, in memory under one version: a change of any renames them all."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"

IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""The policy of a drawing that somebody opens by its own address: it does nothing at all."""

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent."""

    body: bytes
    media_type: str

    @property
    def policy(self) -> str:
        """Its Content-Security-Policy, or "" where it needs none: SVG is a document, too."""
        return IMAGE_POLICY if self.media_type == "image/svg+xml" else ""


class StaticFiles:
    """Our files and the operator's: the version in their address changes with any of them."""

    __slots__ = ("_files", "version")

    def __init__(self, of_the_look: Mapping[str, StaticFile]) -> None:
        self._files = {**_files(), **of_the_look}
        self.version = _version(self._files) if of_the_look else static_version()

    def find(self, name: str) -> StaticFile | None:
        """Return the file of that name, or None. Names are looked up, never joined to a path."""
        return self._files.get(name)


def static_file(name: str) -> StaticFile | None:
    """Return our own file of that name, or None."""
    return _files().get(name)


@cache
def static_version() -> str:
    """Return the version of our own files."""
    return _version(_files())


def _version(files: Mapping[str, StaticFile]) -> str:
    """Hash every name and content, short enough for an address."""
    digest = hashlib.sha256()
    for name, file in sorted(files.items()):
        digest.update(f"{name}\0{len(file.body)}\0".encode())
        digest.update(file.body)
    return digest.hexdigest()[:16]


@cache
def _files() -> dict[str, StaticFile]:
    return {
        file.name: StaticFile(file.read_bytes(), _MEDIA_TYPES[file.suffix])
        for file in STATIC.iterdir()
        if file.suffix in _MEDIA_TYPES
    }
