"""Codes in what mail systems say (RFC 3463), in words of our own."""

import re

CODE = re.compile(r"(?<![\w.])([45]\.[0-7]\.\d{1,3})(?!\.?[\w])")
ADDRESS_LEVEL = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"}
USER_UNKNOWN = re.compile(
    r"\b550[ -][^\n]{0,200}?(?:"
    r"(?:user|recipient|mailbox|address|account|gebruiker)\S{0,3} (?:is )?"
    r"(?:unknown|not found|does(?: not|n't) exist|onbekend)"
    r"|(?:unknown|no such) (?:local )?(?:user|recipient|mailbox|address|account)"
    r"|invalid (?:recipient|mailbox)|onbekende gebruiker)",
    re.IGNORECASE,
)
OTHER_REPLY = re.compile(r"(?<![\w.])(?:4[0-5]\d|5(?:0\d|2\d|3\d|4\d|5[1-9]))[ -](?=[A-Za-z#<])")
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


def says_user_unknown(text: str) -> bool:
    """A 550 with words that the address does not exist, and no other reply beside it."""
    return USER_UNKNOWN.search(text) is not None and OTHER_REPLY.search(text) is None


def explain(code: str) -> str:
    detail = code[2:]
    return WORDS.get(detail) or SUBJECTS.get(detail.partition(".")[0], "")
