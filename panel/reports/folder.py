"""The folder of a report on disk: a whole set of files, or none."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ABANDONED_SECONDS = 3600


@contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Whether nobody else makes this report now. The system itself lets go of it when a process is killed."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder.parent / f".{folder.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine = True
    except BlockingIOError:
        mine = False
    try:
        yield mine
    finally:
        os.close(lock)


def save(files: Mapping[str, bytes], folder: Path) -> None:
    """All files or none: they are written beside the folder, whose place they then take.

    A process that is killed leaves what stood there, or, in the instant between two renames, nothing: never a part.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(folder)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            (fresh / name).parent.mkdir(exist_ok=True)
            (fresh / name).write_bytes(content)
        fresh.chmod(0o755)
        _put(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _put(fresh: Path, folder: Path) -> None:
    if not folder.exists():
        fresh.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    folder.rename(old / "report")
    try:
        fresh.rename(folder)
    except OSError:
        (old / "report").rename(folder)
        old.rmdir()
        raise
    shutil.rmtree(old)


def _clear_abandoned(folder: Path) -> None:
    """What a killed process left beside the folder."""
    for left in folder.parent.glob(f".{folder.name}-*"):
        if left.stat().st_mtime < time.time() - ABANDONED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
