"""Styles, modules and the icon, in memory under one version: a change of any renames them all."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STATIC = Path(__file__).parent / "static"

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


def static_file(name: str) -> StaticFile | None:
    """Return the file of that name, or None. Names are looked up, never joined to a path."""
    return _files().get(name)


@cache
def static_version() -> str:
    """Return a hash of every name and content, short enough for an address."""
    digest = hashlib.sha256()
    for name, file in sorted(_files().items()):
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
