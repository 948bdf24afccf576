"""Where something broke, for the log. Never the error's own words: they may hold what somebody filled in."""

import traceback
from pathlib import Path

from panel.settings import ROOT


def where(error: BaseException) -> str:
    """ "TypeError at pages.py:45 show < access.py:48 guarded": the innermost place first, ours before a library's."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT) and ".venv" not in frame.filename]
    places = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed((ours or list(frames))[-6:])]
    return f"{type(error).__name__} at {' < '.join(places)}" if places else type(error).__name__
