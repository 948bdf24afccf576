"""Randomness that anyone can repeat: exact integers and orders from a public seed."""

import hmac
from collections.abc import Iterable


def _block(seed: bytes, purpose: str, data: bytes) -> bytes:
    """HMAC-SHA256(seed, length of purpose ‖ purpose ‖ data); the length keeps purposes apart."""
    name = purpose.encode()
    return hmac.digest(seed, len(name).to_bytes(4, "big") + name + data, "sha256")


class Stream:
    """Uniform integers from HMAC-SHA256(seed, purpose ‖ counter), counter = 0, 1, 2, … in 8 bytes.

    The same seed and purpose give the same numbers in every process and Python version. The form follows
    RFC 3797 (publicly verifiable selection): a public seed, a keyed hash, a counter. Never floats.
    """

    def __init__(self, seed: bytes, purpose: str) -> None:
        self._seed, self._purpose, self._counter = seed, purpose, 0

    def _bits(self, count: int) -> int:
        blocks = -(-count // 256)
        value = 0
        for _ in range(blocks):
            block = _block(self._seed, self._purpose, self._counter.to_bytes(8, "big"))
            value = value << 256 | int.from_bytes(block, "big")
            self._counter += 1
        return value >> (256 * blocks - count)

    def below(self, n: int) -> int:
        """An integer from 0 to n − 1, each with chance exactly 1/n, for n of any size.

        Takes as many leading bits as n − 1 has and rejects what is too large: fewer than two tries on average.
        ValueError when n < 1.
        """
        if n < 1:
            raise ValueError("n must be at least 1")
        count = (n - 1).bit_length()
        while (value := self._bits(count)) >= n:
            pass
        return value


def seeded_order(ids: Iterable[str], seed: bytes, purpose: str) -> list[str]:
    """The ids in an order set by the seed alone: sorted by HMAC-SHA256(seed, purpose ‖ id).

    Each id's place depends on the id, never on where it stood; the order of what goes in does not matter.
    """
    return sorted(ids, key=lambda id_: (_block(seed, purpose, id_.encode()), id_))
