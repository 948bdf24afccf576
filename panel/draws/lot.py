"""What a draw comes to, of whichever kind it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from panel.people.models import Draw


@dataclass(frozen=True)
class Chosen:
    """Somebody who was drawn: the group on his ballot, the code in his letter, and what belongs to that code."""

    classes: Sequence[str]
    code: str
    proof: Mapping[str, Any] | None
    token: str | None = None


@dataclass(frozen=True)
class Lot:
    """A draw that was computed and not yet kept. `chosen`: by pseudonym."""

    draw: Draw
    chosen: Mapping[str, Chosen]
    record: Mapping[str, object]
    composition: Sequence[Sequence[object]] | None = None
