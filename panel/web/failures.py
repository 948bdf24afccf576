"""Wrong links and codes are counted per network, and after many the answer is 429 for a while.

Only what is wrong is counted and only what is wrong is refused: a right link or code passes however many wrong ones
came from the same network, such as that of a town hall. Nothing of it is on disk or in a log, and a network whose
failures are long ago is forgotten.
"""

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from math import ceil
from time import monotonic

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

MOST = 30  # failures of one network
SECONDS = 600  # within which they are too many
NETWORKS = 10_000  # that are remembered at once
EACH = SECONDS / MOST

Network = IPv4Address | int | str


class Wrong(HTTPException):
    """A link or code that is nobody's."""

    def __init__(self) -> None:
        super().__init__(404)


class Failures:
    """Per network the moment at which its failures are forgotten: each one puts it EACH seconds later (GCRA)."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._until: OrderedDict[Network, float] = OrderedDict()  # who failed last is last

    def __len__(self) -> int:
        return len(self._until)

    def note(self, network: Network) -> None:
        now = self._clock()
        self._until[network] = min(max(now, self._until.get(network, now)) + EACH, now + 2 * SECONDS)
        self._until.move_to_end(network)
        while len(self._until) > NETWORKS or next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)

    def wait(self, network: Network) -> int:
        """Seconds after which a next failure is not one too many; 0 when it is not now."""
        return max(0, ceil(self._until.get(network, 0.0) - self._clock() - SECONDS))


def note(request: Request) -> None:
    _failures(request).note(_network(request))


def too_many(request: Request) -> bool:
    return _failures(request).wait(_network(request)) > 0


def failed(request: Request, response: Response, who: str = "") -> Response:
    """The answer to something wrong, which is counted: the same page, but 429 when there were too many before it."""
    network = who or _network(request)
    if wait := _failures(request).wait(network):
        response.status_code = 429
        response.headers["Retry-After"] = str(wait)
    _failures(request).note(network)
    return response


def _failures(request: Request) -> Failures:
    failures: Failures = request.app.state.failures
    return failures


def _network(request: Request) -> Network:
    """One IPv4 address, or the half of an IPv6 address that one household shares."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:  # a socket in a file has none: then all visitors are one
        return ""
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or int(address) >> 64
    return address
