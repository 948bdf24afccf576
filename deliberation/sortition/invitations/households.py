"""A frame as arrays: who lives with whom, in an order that depends on the ids alone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
ALIKE = 3  # members whose strata decide which addresses lie next to each other


@dataclass(frozen=True, slots=True, eq=False)
class Households:
    """Persons 0 … n − 1 by address, within an address by stratum, within that in the order they came in.

    `person[i]` is the place that person i came in at, `stratum[i]` the number of his stratum. Address a holds persons
    `start[a]` up to `start[a + 1]`. `kind[a]` numbers what households look like (the strata of its first three
    members): addresses with neighbouring numbers are alike.
    """

    person: Numbers
    stratum: Numbers
    start: Numbers
    kind: Numbers

    def members(self, address: int) -> Numbers:
        """The strata of the members of an address, ascending."""
        return self.stratum[self.start[address] : self.start[address + 1]]

    def per_person(self, of_address: Numbers) -> Numbers:
        return np.repeat(of_address, np.diff(self.start))

    def per_address(self, of_person: Numbers) -> Numbers:
        """The sums of what the members of each address have."""
        return np.asarray(np.add.reduceat(of_person, self.start[:-1])) if len(of_person) else of_person


def group(strata: Numbers, addresses: Sequence[str | None]) -> Households:
    """Households of persons with these stratum numbers and addresses; None and "" are an address of one's own.

    Offer the persons in a canonical order (of their ids): the outcome depends on it. How an address is written does
    not matter, only who shares it.
    """
    number: defaultdict[str | None, int] = defaultdict(count().__next__)
    address = np.fromiter(map(number.__getitem__, addresses), dtype=np.int64, count=len(addresses))
    unknown = np.isin(address, [number[blank] for blank in (None, "")])
    address[unknown] = len(number) + np.arange(np.count_nonzero(unknown))
    width = int(strata.max(initial=0)) + 1
    person = np.argsort(address * width + strata, kind="stable")
    sizes = np.bincount(address)
    start = np.concatenate([[0], np.cumsum(sizes[sizes > 0])])
    stratum = strata[person]
    return Households(person, stratum, start, _kinds(stratum, start, width))


def _kinds(stratum: Numbers, start: Numbers, width: int) -> Numbers:
    kind = np.zeros(len(start) - 1, dtype=np.int64)
    sizes = np.diff(start)
    for place in range(ALIKE):
        there = sizes > place
        value = np.zeros(len(kind), dtype=np.int64)
        value[there] = stratum[start[:-1][there] + place] + 1
        kind = np.unique(kind * (width + 1) + value, return_inverse=True)[1]
    return kind
