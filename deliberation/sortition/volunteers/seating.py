"""Who sits in which panel of a lottery: from numbers per type to people, the chances that follow, and a check."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from hashlib import sha256
from itertools import cycle

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from deliberation.sortition.volunteers.quotas import Pool

FIRST = 20


def deal(pool: Pool, panels: Iterable[Sequence[int] | NDArray[np.int16]]) -> tuple[tuple[str, ...], ...]:
    """For each panel (numbers per type, that keep the household rows) the ids of its people, sorted.

    Seats of a type go round among its members in the order of SHA-256(id), so their appearances differ by at most
    one. Members who share an address take turns too, one per address in a panel. This always succeeds: addresses of
    one household row look alike, so each has a member of every type that has a seat, and there are as many addresses
    as seats or more. Who appeared least comes first (a matching per panel); where two turns fall on one address, one
    is put off, so that counts may differ by two. ValueError when a panel seats more than there are.
    """
    rounds = {t: cycle(_hashed(pool.members[t])) for t in range(len(pool.types))}
    shared = [_Turns(pool, household.types) for household in pool.households]
    together = {t: turns for turns in shared for t in turns.types}
    dealt = list[tuple[str, ...]]()
    for panel in panels:
        ids = list[str]()
        wanted = defaultdict[_Turns, list[int]](list)
        for t in np.flatnonzero(panel).tolist():
            number = int(panel[t])
            if number > len(pool.members[t]):
                raise ValueError("a panel has more people of a type than there are")
            if t in together:
                wanted[together[t]] += [t] * number
            else:
                ids += [next(rounds[t]) for _ in range(number)]
        for turns, seats in wanted.items():
            ids += turns.take(seats)
        dealt.append(tuple(sorted(ids)))
    return tuple(dealt)


class _Turns:
    """The members of addresses that look alike, and how often each has had a seat."""

    def __init__(self, pool: Pool, types: tuple[int, ...]) -> None:
        self.types = frozenset(types)
        homes = {pool.homes[id_] for t in self.types for id_ in pool.members[t]}
        place = {home: i for i, home in enumerate(_hashed(homes))}
        self._members: dict[int, list[list[str]]] = {t: [[] for _ in place] for t in self.types}
        self._seats = Counter[str]()
        for t in self.types:
            for id_ in _hashed(pool.members[t]):
                self._members[t][place[pool.homes[id_]]].append(id_)

    def take(self, seats: list[int]) -> list[str]:
        """One member per seat (of that type), all of other addresses, with the fewest seats so far in all."""
        best = [[min(ids, key=self._seats.__getitem__) for ids in self._members[t]] for t in seats]
        if len(best) > len(best[0]):
            raise ValueError("a panel has more people of households alike than there are such addresses")
        if len(best) == 1:
            chosen = [min(best[0], key=self._seats.__getitem__)]
        else:
            cost = [[self._seats[id_] for id_ in ids] for ids in best]
            chosen = [best[i][j] for i, j in zip(*linear_sum_assignment(cost), strict=True)]
        self._seats.update(chosen)
        return chosen


def chances_of(panels: Sequence[Sequence[str]], ids: Iterable[str]) -> dict[str, Fraction]:
    """Exactly each one's chance when one of the panels is drawn: the share of panels that he sits in."""
    seats = Counter(id_ for panel in panels for id_ in panel)
    known = {number: Fraction(number, len(panels)) for number in {0, *seats.values()}}
    return {id_: known[seats[id_]] for id_ in ids}


def problems(pool: Pool, seats: int, panels: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What is wrong with panels of ids, in Dutch; empty when each keeps the targets, its size and one per address.

    A panel holds people of the pool only, each once, sorted. One sentence per fault, the first twenty. People are
    named by number of the panel, never by id. Whether another valid panel has been put in one's place cannot be seen
    here: that shows in the fingerprint of the portfolio.
    """
    type_of = {id_: type_ for type_, ids in zip(pool.types, pool.members, strict=True) for id_ in ids}
    found = list[str]()
    for number, panel in enumerate(panels, 1):
        found += [f"Panel {number}: {fault}" for fault in _faults(pool, seats, panel, type_of)]
        if len(found) >= FIRST:
            break
    return tuple(found[:FIRST])


def _faults(pool: Pool, seats: int, panel: Sequence[str], type_of: dict[str, tuple[int, ...]]) -> list[str]:
    found = list[str]()
    if len(panel) != seats:
        found.append(f"er zitten {len(panel)} mensen in, niet {seats}.")
    if len(set(panel)) < len(panel):
        found.append("iemand staat er twee keer in.")
    elif list(panel) != sorted(panel):
        found.append("de mensen staan niet op volgorde.")
    if strangers := sum(id_ not in type_of for id_ in panel):
        found.append(f"{strangers} van de mensen staan niet in de lijst.")
    homes = [pool.homes[id_] for id_ in panel if id_ in pool.homes]
    if len(set(homes)) < len(homes):
        found.append("twee mensen hebben hetzelfde adres.")
    held = Counter(place for id_ in panel for place in type_of.get(id_, ()))
    for place, target in enumerate(pool.targets):
        if not target.minimum <= held[place] <= target.maximum:
            found.append(
                f"{held[place]} keer ‘{target.feature}’ bij ‘{target.category}’, "
                f"niet {target.minimum} tot en met {target.maximum}."
            )
    return found


def _hashed(ids: Iterable[str]) -> list[str]:
    """In the order of SHA-256(id): nobody's place in it is chosen, and anyone can compute it."""
    return sorted(ids, key=lambda id_: (sha256(id_.encode()).digest(), id_))
