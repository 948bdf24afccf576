"""Dependent rounding: from chances to persons, keeping every chance, every stratum's number and one per address."""

from collections.abc import Sequence
from dataclasses import dataclass

from deliberation.sortition.inclusion import Inclusion
from deliberation.sortition.lottery import Stream

SOURCE, SINK = -1, -2


@dataclass(slots=True, eq=False)
class _Edge:
    """A flow strictly between 0 and 1 from `tail` to `head`, in units. `person` when it is that person's chance."""

    tail: int
    head: int
    value: int
    person: int | None = None


def round_to_persons(
    chances: Inclusion, strata: Sequence[int], addresses: Sequence[Sequence[int]], stream: Stream
) -> list[int]:
    """The chosen persons. `strata[i]` of person i; `addresses`: the persons of each address, in the order taken.

    Gandhi, Khuller, Parthasarathy, Srinivasan, "Dependent rounding and its applications to approximation algorithms",
    J. ACM 53 (2006), as a flow: source → stratum → address → sink, with each person's chance on the edge from his
    stratum to his address. Whatever is whole is settled; the fractional edges are kept a forest. An edge that would
    close a cycle is answered by a pivot: push +a or −b around the cycle, with chances b/(a+b) and a/(a+b), so that
    every value keeps its expectation, flow is conserved, and an edge becomes 0 or 1. As an address waits only while
    it joins other nodes in the forest, fewer addresses wait than there are strata.

    Why nothing fractional is left: after the last address the values at every node add up to a whole number, so no
    node has exactly one fractional edge; a forest with an edge has such a node, so there is no edge.
    """
    forest = _Forest(chances.unit, stream)
    for stratum, target in enumerate(chances.targets):
        forest.add(_Edge(SOURCE, stratum, target % chances.unit))
    for place, persons in enumerate(addresses):
        if len(persons) == 1:
            forest.add(_Edge(strata[persons[0]], SINK, chances.values[persons[0]], persons[0]))
            continue
        node = len(chances.targets) + place
        for person in persons:
            forest.add(_Edge(strata[person], node, chances.values[person], person))
        forest.add(_Edge(node, SINK, sum(chances.values[person] for person in persons) % chances.unit))
    return forest.chosen


class _Forest:
    """The fractional edges: each node knows the edge to its parent."""

    def __init__(self, unit: int, stream: Stream) -> None:
        self.chosen: list[int] = []
        self._unit, self._stream = unit, stream
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
        unit = self._unit
        plus = min([unit - e.value for e in along] + [e.value for e in against])
        minus = min([e.value for e in along] + [unit - e.value for e in against])
        push = plus if self._stream.below(plus + minus) < minus else -minus
        for e in along:
            e.value += push
        for e in against:
            e.value -= push
        for node in from_head + from_tail:
            if self._settled(self._above[node]):
                del self._above[node]
        return not self._settled(edge)

    def _settled(self, edge: _Edge) -> bool:
        if edge.value == self._unit and edge.person is not None:
            self.chosen.append(edge.person)
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
