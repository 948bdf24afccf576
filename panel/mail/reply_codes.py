"""What mail systems say about a failure, in codes (RFC 3463) and in words."""

import re

CODE = re.compile(r"(?<![\w.])([45]\.[0-7]\.\d{1,3})(?!\.?[\w])")
ADDRESS_LEVEL = {"5.1.1", "5.1.2", "5.1.6", "5.1.10"}
VAGUE = re.compile(r"5\.\d\.0|5\.1\.(3|\d{3})|5\.2\.1|5\.4\.[14]")  # such a code leaves it to the words beside it
NAMES = re.compile(r"[^\s@]{1,100}@\S+|https?://\S+")
REPLY = re.compile(r"(?<![\w.])[45][0-5]\d\b(?!\.)")
OTHER_REPLY = re.compile(r"(?<![\w.])(?:4[0-5]\d|5(?:0\d|2\d|3\d|4\d|5[125-9]))[ -](?=[A-Za-z#<]|[245]\.\d)")
AT_RECIPIENT = re.compile(r"(?<!need )\brcpt(?![a-z])", re.IGNORECASE)
ENVELOPE = re.compile(r"\bmail from: ?\S* rcpt to\b", re.IGNORECASE)  # who it was from and to, not what was answered
AFTER_DATA = re.compile(r"\b(?:after|end of|final) data\b|>>> ?data\b", re.IGNORECASE)


def _phrases(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE)


_USER = (
    r"(?:user(?:name|id)?|recipient|addressee|mailbox|address|account|alias|person|local[ -]part"
    r"|gebruiker|ontvanger|adres|postvak)s?"
)
_HOST = r"(?:domain|host)(?: name)?"
_NONE = r"(?:unknown|no such|no valid|invalid|non-?existent|onbekende?|ongeldige?)"
_MISSING = (
    r"(?:unknown|not (?:found|recognized|known|valid|listed|exist)|invalid|(?:does(?: not|n't)|no longer) exists?"
    r"|(?:couldn't|could not|cannot) be found|onbekend|bestaat niet|niet gevonden)"
)
_UNLISTED = r"5\.4\.1 recipient address rejected: access "  # so Exchange Online refuses who is not in its directory
NO_USER = _phrases(
    rf"{_UNLISTED}denied",
    rf"{_NONE} (?:\w+ ){{0,2}}{_USER}",
    rf"{_USER}\b(?:\W+(?!not\b|or\b|and\b)\w+){{0,3}}?\W+(?:is |was )?{_MISSING}",
    rf"not a (?:known|valid) {_USER}",
    rf"no {_USER}(?: \w+)? by that name",
    r"does(?: not|n't) have an? (?:\S+ )?account",
)
NO_DOMAIN = _phrases(
    rf"(?:unknown|no such) {_HOST}",
    rf"{_HOST}(?: \S+)? (?:is )?(?:unknown|not (?:found|exist)|does(?: not|n't) (?:exist|accept mail))",
    r"nxdomain",
    r"unroute?able address",
    r"unable to (?:look up|resolve) (?:host|domain)",
    r"couldn't find (?:a mail exchanger|any host)",
    r"no mx record",
    r"no SMTP service",
)
OTHER_CAUSE = _phrases(
    r"spam\w*|block\w*|blacklist\w*|polic(?:y|ies)|preferences|relaying",
    rf"(?<!{_UNLISTED})denied",
    r"sender(?: \w+)? (?:rejected|denied|refused|verif\w+)",
    r"quota|is full|mailbox full|disk|limit\w*|exceed\w*|too (?:many|large)",
    r"suspended|disabled|expired|temporar\w+|later|couldn't create",
    r"timed? ?out|connection (?:refused|reset|lost|failed)",
    r"4\.\d\.\d+|(?<!and )try again",
)
WORDS = {
    "1.1": "the address does not exist",
    "1.2": "the domain of the address does not exist",
    "1.3": "the address is not valid",
    "1.6": "the address has moved",
    "1.10": "the address does not exist",
    "2.1": "the mailbox is closed",
    "2.2": "the mailbox is full",
    "2.3": "the message is too large for the mailbox",
}
SUBJECTS = {
    "1": "something about an address",
    "2": "something about the mailbox",
    "3": "the receiving mail system had trouble",
    "4": "the network or the route had trouble",
    "5": "the mail systems did not understand each other",
    "6": "the content was not accepted",
    "7": "the receiver does not accept it",
}


def codes_in(text: str) -> list[str]:
    """Every code of a failure, in the order of the text."""
    return list(dict.fromkeys(CODE.findall(text)))


def is_address_level(code: str) -> bool:
    return code in ADDRESS_LEVEL


def names_other_cause(text: str) -> bool:
    return OTHER_CAUSE.search(_without_names(text)) is not None


def stage_in(text: str) -> str:
    """Where in the conversation the answer came, as far as the text says so, in words for `wrong_address`."""
    return " ".join(found[0] for found in (AFTER_DATA.search(text), _at_recipient(text)) if found)


def wrong_address(text: str) -> str:
    """The code for it when all that is said blames the address, in codes or else in words; "" when in doubt.

    "User unknown" counts in words of the system that writes, or as an answer to RCPT; not as an answer to what was
    sent after that, or to nobody knows what.
    """
    words = _without_names(text)
    telling = [code for code in codes_in(text) if not VAGUE.fullmatch(code)]
    if OTHER_CAUSE.search(words) or not all(map(is_address_level, telling)):
        return ""
    if telling:
        return telling[0]
    if OTHER_REPLY.search(words) or AFTER_DATA.search(words):
        return ""
    if NO_DOMAIN.search(words):
        return "5.1.2"
    believed = _at_recipient(text) or not REPLY.search(words)
    return "5.1.1" if believed and NO_USER.search(words) else ""


def explain(code: str) -> str:
    """In words of our own."""
    detail = code[2:]
    return WORDS.get(detail) or SUBJECTS.get(detail.partition(".")[0], "")


def _at_recipient(text: str) -> re.Match[str] | None:
    return AT_RECIPIENT.search(ENVELOPE.sub(" ", text))


def _without_names(text: str) -> str:
    """Addresses and links hold words that say nothing about the cause."""
    return " ".join(NAMES.sub(" ", text).split())
