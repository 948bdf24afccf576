"""Targets as the field writes them: a CSV with a row per feature."""

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, replace

from deliberation.sortition.frames.columns import guess_mapping
from deliberation.sortition.frames.table import FrameError, read_table
from deliberation.sortition.volunteers.pool_files import read_targets
from deliberation.sortition.volunteers.quotas import Target, plain
from panel.draws.targets import Volunteers
from panel.people.columns import OWN
from panel.web.messages import sentence

HEADER = ("category", "feature", "min", "max", "min_flex", "max_flex")


def read_csv(content: bytes, volunteers: Volunteers) -> list[Target]:
    """The targets in a file of the field, in the names of these people. Raises FrameError."""
    counts = volunteers.counts
    known = {plain(name): name for name in counts}
    found = []
    for target in read_targets(read_table(content)):
        guessed = next(iter(guess_mapping([target.category])), "")
        category = known.get(plain(target.category)) or OWN.get(guessed, target.category)
        features = {plain(name): name for name in counts.get(category, {})}
        named = features.get(plain(target.feature), target.feature)
        found.append(replace(target, category=category, feature=named))
    if strange := [target.category for target in found if target.category not in counts]:
        raise FrameError(sentence("targets.no_column", category=strange[0]))
    return found


def write_csv(targets: Iterable[Target]) -> bytes:
    """As the field writes it, sorted; what is read back gives the same targets."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(HEADER)
    for target in sorted(targets, key=lambda target: (plain(target.category), plain(target.feature))):
        rows.writerow(["" if part is None else part for part in astuple(target)])
    return out.getvalue().encode()
