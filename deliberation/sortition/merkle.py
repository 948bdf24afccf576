"""A hash tree: one root for all who stood in a frame, and a short proof for each of them.

After RFC 6962 (Certificate Transparency), section 2.1: leaves and nodes are hashed with different first bytes, so
that a node can never pass for a leaf; a node without a neighbour moves up as it is.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence

from deliberation.sortition.canonical import canonical

Proof = tuple[tuple[str, str], ...]
SALT_BYTES = 10


def salt(key: bytes, id_: str) -> str:
    """A secret of 80 bits per person (hex), from one secret key: without it nobody can guess whose a leaf is."""
    return hmac.digest(key, id_.encode(), "sha256")[:SALT_BYTES].hex()


def leaf(id_: str, salt_: str, features: Sequence[str], household: str) -> bytes:
    """SHA-256 of 0x00 and the canonical JSON list [id, salt, features, household code]."""
    return hashlib.sha256(b"\x00" + canonical([id_, salt_, list(features), household]).encode()).digest()


class Tree:
    """A hash tree over leaves, in the order of their bytes, so that a place in it says nothing about a person."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        """Raises ValueError without leaves."""
        self._levels = [sorted(leaves)]
        if not self._levels[0]:
            raise ValueError("a tree needs at least one leaf")
        self._place = {item: place for place, item in enumerate(self._levels[0])}
        while len(self._levels[-1]) > 1:
            self._levels.append(_above(self._levels[-1]))

    @property
    def root(self) -> str:
        return self._levels[-1][0].hex()

    def proof(self, item: bytes) -> Proof:
        """What stands beside the way from this leaf to the root: (left or right, hash). KeyError: no such leaf."""
        place, steps = self._place[item], list[tuple[str, str]]()
        for level in self._levels[:-1]:
            beside = place ^ 1
            if beside < len(level):
                steps.append(("left" if beside < place else "right", level[beside].hex()))
            place //= 2
        return tuple(steps)


def root_of(leaves: Iterable[bytes]) -> str:
    """The root alone, without what proofs need."""
    level = sorted(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0].hex() if level else hashlib.sha256(b"").hexdigest()


def climb(item: bytes, proof: Iterable[Sequence[str]]) -> str:
    """The root to which this leaf leads along this proof. ValueError when the proof is not one."""
    for side, other in proof:
        beside = bytes.fromhex(other)
        if side not in {"left", "right"}:
            raise ValueError("a step of a proof is left or right")
        item = _node(beside, item) if side == "left" else _node(item, beside)
    return item.hex()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _above(level: Sequence[bytes]) -> list[bytes]:
    pairs = [_node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    return pairs + list(level[-1:]) if len(level) % 2 else pairs
