"""A Postfix of our own on loopback that queues every message on disk and then discards it.

Needs Debian's package, and root.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from panel.demo.service import free_port

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = relay.voorbeeld.example
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
default_transport = discard
"""
MASTER = """
{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
discard unix - - n - - discard
postlog unix-dgram n - n - 1 postlogd
"""


def is_here() -> bool:
    return shutil.which("postfix") is not None and os.getuid() == 0


@asynccontextmanager
async def postfix() -> AsyncIterator[int]:
    """The port it listens on."""
    with TemporaryDirectory(prefix="bench-postfix-") as name:
        port = free_port()
        etc = _furnish(Path(name), port)
        await _run(etc, "start")
        try:
            yield port
        finally:
            await _run(etc, "stop")


def _furnish(folder: Path, port: int) -> Path:
    folder.chmod(0o755)
    for part in ("etc", "queue", "data"):
        (folder / part).mkdir()
    shutil.chown(folder / "data", "postfix")
    (folder / "etc/main.cf").write_text(MAIN.format(folder=folder))
    (folder / "etc/master.cf").write_text(MASTER.format(port=port))
    return folder / "etc"


async def _run(etc: Path, verb: str) -> None:
    process = await asyncio.create_subprocess_exec("postfix", "-c", etc, verb, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"Postfix did not {verb}: {said.decode()}")
