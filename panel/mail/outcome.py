"""What a relay's reply means for a message."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from panel.mail.letter import one_line

ADDRESS = re.compile(r"<?[^\s<>,;:\"'()\[\]]+@[^\s<>,;:\"'()\[\]]+>?")
# The relay does not serve us, whoever the mail is for: RFC 5321 3.8 (closing down), RFC 4954 6 (credentials) ...
NOT_SERVED = {421, 530, 534, 535, 538}
# ... and what relays say, under many codes, when they think that we may not use them.
MAY_NOT_RELAY = re.compile(
    r"relay(ing)? (access )?(is )?(denied|not (permitted|allowed))"
    r"|(unable|not (permitted|allowed)) to relay"
    r"|authentication (is )?required",
    re.IGNORECASE,
)
COME_BACK = re.compile(
    r"(?:again|back|retry|wait|delayed)\W{1,3}(?:(?:in|after|for|at least|about)\W{1,3}){0,2}"
    r"(?:(?P<clock>\d{1,2}(?::\d{2}){1,2})|(?P<number>\d{1,5}) ?(?P<unit>s|m|h)(?:ec|in|our|r)?[a-z]{0,5}\b)",
    re.IGNORECASE,
)
LONGEST_READ = 2_000  # characters; of which the first 300 are kept
SECONDS = {"s": 1, "m": 60, "h": 3600}


class Kind(StrEnum):
    ACCEPTED = "accepted"  # the relay took responsibility
    DEFERRED = "deferred"  # not now: try this message again later
    REFUSED = "refused"  # this message will never be taken
    IN_DOUBT = "in_doubt"  # it was sent, and no reply came
    RELAY_DOWN = "relay_down"  # not taken, and no other message would be


@dataclass(frozen=True)
class Outcome:
    kind: Kind
    reply: str
    broken_off: bool = False  # it is no reply about this message

    @property
    def code(self) -> str:
        """The codes at the start of the reply, for logs."""
        found = re.match(r"\d{3}( \d\.\d{1,3}\.\d{1,3})?(?!\S)", self.reply)
        return found.group() if found else "none"

    @property
    def come_back(self) -> timedelta | None:
        """In how long we may try again, when the relay says so."""
        found = None if self.kind is Kind.ACCEPTED else COME_BACK.search(self.reply)
        if found is None:
            return None
        if found["clock"]:
            parts = [int(part) for part in found["clock"].split(":")]
            return timedelta(seconds=sum(60**place * part for place, part in enumerate(reversed(parts))))
        return timedelta(seconds=int(found["number"]) * SECONDS[found["unit"].lower()])


def judge(step: str, code: int, text: str, recipient: str) -> Outcome:
    """Of a reply to MAIL, RCPT, DATA or the final dot."""
    if step == "dot" and 200 <= code < 300:
        kind = Kind.ACCEPTED
    elif step == "MAIL" or code in NOT_SERVED or MAY_NOT_RELAY.search(text):
        kind = Kind.RELAY_DOWN
    elif 500 <= code < 600:
        kind = Kind.REFUSED
    elif step == "dot" and not 400 <= code < 500:
        kind = Kind.IN_DOUBT
    else:
        kind = Kind.DEFERRED
    return outcome(kind, f"{code} {text}", recipient)


def outcome(kind: Kind, reply: str, recipient: str, *, broken_off: bool = False) -> Outcome:
    """Without the address, whichever way the relay repeats it."""
    local = recipient.rpartition("@")[0]
    if len(reply) > LONGEST_READ:
        reply = " ".join(reply[:LONGEST_READ].split()[:-1])  # the last may be half an address
    reply = ADDRESS.sub("<address>", one_line(reply))
    if local.lower() in reply.lower():
        reply = re.sub(rf"(?<![\w.]){re.escape(local)}(?![\w.])", "<address>", reply, flags=re.IGNORECASE)
    return Outcome(kind, reply[:300], broken_off)
