"""The folder of a report on disk: a whole set of files, or none."""

import shutil
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ABANDONED_SECONDS = 3600


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
