"""No more mail in a minute than was agreed: to the relay, and to each domain. All workers share the count.

Every message takes a place of its own in time (generic cell rate algorithm); what fits in a second may go at once.
"""

import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from panel.database import dialect, listed, moment, rows
from panel.settings import Settings

AT_ONCE = timedelta(seconds=1)
RELAY = "relay"
TURNS = "SELECT key, next_at FROM mail_rate WHERE key IN (*) ORDER BY key"
TAKE = """
INSERT INTO mail_rate (key, next_at) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET next_at = excluded.next_at
"""


@dataclass
class Places:
    """Messages that may go now, and when the turn comes of those whose domain has had enough for the moment."""

    now: set[int] = field(default_factory=set)
    later: dict[int, datetime] = field(default_factory=dict)
    relay_full: bool = False  # what is in neither waits for the relay


class Rates:
    def __init__(self, settings: Settings) -> None:
        self._secret = settings.secret_key.encode()
        self._gaps: dict[str, timedelta] = {}
        self._turns: dict[str, datetime] = {}  # the last that was given in this pass, of each domain
        for name, rate in (("relay", settings.mail_per_minute), ("domain", settings.mail_per_minute_per_domain)):
            if rate:
                self._gaps[name] = timedelta(minutes=1) / rate

    @property
    def limited(self) -> bool:
        return bool(self._gaps)

    async def take_places(self, domains: Mapping[int, str], urgent: Collection[int] = ()) -> Places:
        """For these messages, each with the domain of its recipient. Assumes a unit of work.

        What is urgent goes before others of its domain: it takes a place and does not wait for it.
        """
        keys = {number: self._keys(domain) for number, domain in domains.items()}
        names = sorted({key for gaps in keys.values() for key in gaps})
        turns = TURNS if dialect() == "sqlite" else f"{TURNS} FOR UPDATE"
        known = await rows(listed(turns, names), *names)
        now, places = datetime.now(UTC), Places()
        free = {row["key"]: moment(row["next_at"]) for row in known}
        for number, gaps in keys.items():
            counts = [key for key in gaps if key == RELAY or number not in urgent]
            full = [key for key in counts if free.get(key, now) - AT_ONCE > now]
            if RELAY in full:
                places.relay_full = True
            elif full:
                [key] = full
                self._turns[key] = max(self._turns.get(key, now), free[key] - AT_ONCE) + gaps[key]
                places.later[number] = self._turns[key]
            else:
                places.now.add(number)
                free |= {key: max(free.get(key, now), now) + gap for key, gap in gaps.items()}
        for key, next_at in sorted(free.items()):
            await rows(TAKE, key, next_at)
        return places

    def _keys(self, domain: str) -> dict[str, timedelta]:
        """What is counted for a message to this domain, each with the time between two messages."""
        digest = hmac.digest(self._secret, b"domain:" + domain.lower().encode(), "sha256")[:20].hex()
        names = {"relay": RELAY, "domain": digest}
        return {names[name]: gap for name, gap in self._gaps.items()}

    async def tidy(self) -> None:
        """Forget the domains that nothing was sent to for a while. Assumes a unit of work."""
        await rows("DELETE FROM mail_rate WHERE next_at < $1", datetime.now(UTC) - AT_ONCE)
