"""Dependent rounding: from chances to seats, keeping every chance, every stratum's number and one seat per block."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from deliberation.sortition.lottery import Stream

SOURCE, SINK = -1, -2
DIGIT = 64  # bits
Coin = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True)
class Seat:
    """Perhaps a seat for `stratum` in `block`, with chance `value`, in units."""

    block: int
    stratum: int
    value: int


@dataclass(slots=True, eq=False)
class _Edge:
    """A flow strictly between 0 and 1 from `tail` to `head`, in units. `seat`: the place of the seat it is about."""

    tail: int
    head: int
    value: int
    seat: int | None = None


def coins(stream: Stream) -> Coin:
    """Coins that fall on True with chance exactly part / whole: when a random number is below it, digit by digit."""
    digits = _digits(stream)

    def happens(part: int, whole: int) -> bool:
        while True:
            digit, part = divmod(part << DIGIT, whole)
            if (drawn := next(digits)) != digit:
                return drawn < digit

    return happens


def _digits(stream: Stream) -> Iterator[int]:
    """Random numbers of 64 bits, four from each block of the stream."""
    while True:
        block = stream.below(1 << 4 * DIGIT)
        for place in (3, 2, 1, 0):
            yield block >> place * DIGIT & (1 << DIGIT) - 1


def round_to_seats(unit: int, targets: Sequence[int], seats: Sequence[Seat], happens: Coin) -> list[int]:
    """The places of the seats that are given. Chances are in units, `unit` to one; see `coins` for `happens`.

    Expects the seats of a block next to each other, with chances that sum to at most one; those of stratum h sum to
    `targets[h]` and all of them to a whole number.

    Gandhi, Khuller, Parthasarathy, Srinivasan, "Dependent rounding and its applications to approximation algorithms",
    J. ACM 53 (2006), as a flow: source → stratum → block → sink, with the chance of a stratum in a block on the edge
    between them. Whatever is whole is settled; the fractional edges are kept a forest. An edge that would close a
    cycle is answered by a pivot: push +a or −b around the cycle, with chances b/(a+b) and a/(a+b), so that each value
    keeps its expectation, flow is conserved, and an edge becomes 0 or 1. As a block waits only while it joins other
    nodes in the forest, fewer blocks wait than there are strata.

    Why nothing fractional is left: after the last block the values at every node add up to a whole number, so no node
    has exactly one fractional edge; a forest with an edge has such a node, so there is no edge.
    """
    forest = _Forest(unit, happens)
    for stratum, target in enumerate(targets):
        forest.add(_Edge(SOURCE, stratum, target % unit))
    places = iter(range(len(seats)))
    for block, members in groupby(seats, key=attrgetter("block")):
        together = list(members)
        if len(together) == 1:
            forest.add(_Edge(together[0].stratum, SINK, together[0].value, next(places)))
            continue
        node = len(targets) + block
        for seat in together:
            forest.add(_Edge(seat.stratum, node, seat.value, next(places)))
        forest.add(_Edge(node, SINK, sum(seat.value for seat in together) % unit))
    return forest.seats


class _Forest:
    """The fractional edges: each node knows the edge to its parent."""

    def __init__(self, unit: int, happens: Coin) -> None:
        self.seats: list[int] = []
        self._unit, self._happens = unit, happens
        self._above: dict[int, _Edge] = {}

    def add(self, edge: _Edge) -> None:
        if self._settled(edge):
            return
        from_tail, from_head = self._climb(edge.tail), self._climb(edge.head)
        if from_tail[-1] != from_head[-1]:
            self._link(edge)
            return
        while len(from_tail) > 1 and len(from_head) > 1 and from_tail[-2] == from_head[-2]:
            from_tail.pop()
            from_head.pop()
        if self._pivot(edge, from_tail[:-1], from_head[:-1]):
            self._link(edge)

    def _climb(self, node: int) -> list[int]:
        path = [node]
        while (edge := self._above.get(node)) is not None:
            node = edge.head if edge.tail == node else edge.tail
            path.append(node)
        return path

    def _pivot(self, edge: _Edge, from_tail: list[int], from_head: list[int]) -> bool:
        """Push along `edge`, up from its head and down to its tail. True when `edge` itself stays fractional."""
        along, against = [edge], list[_Edge]()
        for node in from_head:
            above = self._above[node]
            (along if above.tail == node else against).append(above)
        for node in from_tail:
            above = self._above[node]
            (along if above.head == node else against).append(above)
        falling, rising = [e.value for e in along], [e.value for e in against]
        plus = min([self._unit - max(falling), *rising])
        minus = min([self._unit - max(rising, default=0), *falling])
        push = plus if self._happens(minus, plus + minus) else -minus
        for e in along:
            e.value += push
        for e in against:
            e.value -= push
        for node in from_head + from_tail:
            if self._settled(self._above[node]):
                del self._above[node]
        return not self._settled(edge)

    def _settled(self, edge: _Edge) -> bool:
        if edge.value == self._unit and edge.seat is not None:
            self.seats.append(edge.seat)
        return edge.value in (0, self._unit)

    def _link(self, edge: _Edge) -> None:
        """Join two trees: hang the one without the sink under the other, turning its way to the top around."""
        node = edge.head if self._climb(edge.tail)[-1] == SINK else edge.tail
        while True:
            following = self._above.get(node)
            self._above[node] = edge
            if following is None:
                return
            node = following.head if following.tail == node else following.tail
            edge = following
