"""More processes that serve pages, made before anything runs in them. When one of them ends, all end."""

import os
import signal
import socket
from contextlib import suppress
from threading import Thread

import click


def multiply(processes: int) -> bool:
    """Become so many processes; True in the first of them."""
    ties: list[socket.socket] = []
    for _ in range(processes - 1):
        ours, theirs = socket.socketpair()
        if os.fork() == 0:
            for tie in (ours, *ties):
                tie.close()
            _end_with(theirs)
            return False
        theirs.close()
        ties.append(ours)
    for tie in ties:
        _end_with(tie)
    return True


def listen(host: str, port: int, *, shared: bool) -> socket.socket:
    """A socket of this process. Where the port is shared, the system spreads visitors over the processes."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, reuse_port=shared)
    except OSError as error:
        raise click.ClickException(f"Nobody can be served at {host}, port {port}: {error.strerror}.") from None


def _end_with(tie: socket.socket) -> None:
    def wait() -> None:
        with suppress(ConnectionError):
            tie.recv(1)  # nobody writes: it comes back when the other process is gone
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, daemon=True).start()
