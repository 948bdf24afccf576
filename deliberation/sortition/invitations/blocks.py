"""Addresses in blocks that count for at most one person together, in an order set by the seed."""

from bisect import bisect_right
from hashlib import shake_256

import numpy as np

from deliberation.sortition.invitations.households import Households, Numbers
from deliberation.sortition.invitations.inclusion import COARSE, Inclusion, upper
from deliberation.sortition.lottery import Stream


def blocks(homes: Households, chances: Inclusion, seed: bytes) -> Numbers:
    """The block of every address: 0, 1, 2, …; each capped address has one of its own, the last ones, in their order.

    Addresses that look alike come together, in a random order, and are cut where the next would bring the sum of the
    chances above one. A block then behaves as one address does: at most one of its people is chosen. Every chance
    stays what it was, and there is far less to round: about as many blocks as letters, and as its addresses are alike
    few strata in each. The first cut is at a random place, so that neighbours are not always together.
    """
    alone = np.array(list(chances.capped), dtype=np.int64)
    loads = homes.per_address(upper(chances.rates)[homes.stratum])
    order = _shuffled(homes.kind, seed)
    order = order[np.isin(order, alone, invert=True)]
    reached: list[int] = np.cumsum(loads[order]).tolist()
    cuts, room = [0], Stream(seed, "blocks").below(COARSE)
    while cuts[-1] < len(reached):
        before = reached[cuts[-1] - 1] if cuts[-1] else 0
        cuts.append(max(bisect_right(reached, before + room, cuts[-1]), cuts[-1] + 1))
        room = COARSE
    block = np.empty(len(loads), dtype=np.int64)
    block[order] = np.repeat(np.arange(len(cuts) - 1), np.diff(cuts))
    block[alone] = len(cuts) - 1 + np.arange(len(alone))
    return block


def _shuffled(kinds: Numbers, seed: bytes) -> Numbers:
    """0 … n − 1 by kind, those of one kind by 64 bits for each, from SHAKE-256 (FIPS 202) of the seed's first 256.

    Addresses are numbered in a canonical order, so that the n-th 64 bits can be those of the n-th address.
    """
    key = Stream(seed, "addresses").below(1 << 256).to_bytes(32, "big")
    stream = shake_256(key).digest(8 * len(kinds))
    return np.lexsort((np.frombuffer(stream, dtype=">u8"), kinds))
