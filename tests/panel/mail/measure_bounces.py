"""Measures the reading of bounces on the public collection of Sisimai; docs/mail.md says how, and what came out.

`python -m tests.panel.mail.measure_bounces [--show] MESSAGES TABLE...`: a folder of messages, and the tables of what
happened to each recipient (the tests of p5-sisimai and go-sisimai). Messages fall in two halves by the hash of their
names. `--show` lists what was read otherwise than the tables say. Nothing of the collection is kept here.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from panel.mail.bounces import Kind, read_notice

NAME = re.compile(r"^\d+-([a-z0-9-]+?)(?:_test\.go|\.t)$")
GO = re.compile(r'\{"(\d+)",\s*\d+,\s*"[^"]*",\s*"[^"]*",\s*"(\w+)",\s*(true|false)')
PERL = re.compile(r"'(\d+)'\s*=>\s*\[(.*?)\]\s*\]", re.DOTALL)
PERL_ROW = re.compile(r"\['[^']*',\s*'[^']*',\s*'(\w+)',\s*(\d)")
OTHER = {"feedback": "complaint", "vacation": "auto_reply", "delivered": "delivered"}

Recipients = list[tuple[str, bool]]  # of one message: the reason, and whether the address is said to be wrong


def read_tables(files: Iterable[Path]) -> dict[str, Recipients]:
    """Messages on which two tables disagree, whether the address is wrong, are left out."""
    truth: dict[str, Recipients] = {}
    for file in files:
        if found := NAME.match(file.name):
            for number, recipients in _rows(file.read_text("utf-8").partition("secretlist")[0]).items():
                name = f"{found[1]}-{number}.eml"
                known = truth.setdefault(name, recipients)
                truth[name] = known if is_hard(known) == is_hard(recipients) else []
    return truth


def _rows(text: str) -> dict[str, Recipients]:
    rows: dict[str, Recipients] = {}
    for number, reason, hard in GO.findall(text):
        rows.setdefault(number, []).append((reason, hard == "true"))
    for number, recipients in PERL.findall(text):
        rows[number] = [(reason, hard == "1") for reason, hard in PERL_ROW.findall(recipients + "]")]
    return rows


def is_hard(recipients: Recipients) -> bool:
    return all(hard for _, hard in recipients)


def kind_of(raw: bytes, recipients: Recipients) -> str:
    """The tables call a delay by its cause, so it is told by the action, or else by the subject."""
    actions = re.findall(rb"^action:\s*([a-z]+)", raw, re.IGNORECASE | re.MULTILINE)
    warning = not actions and re.search(rb"^subject:.*(delay|warning)", raw, re.IGNORECASE | re.MULTILINE)
    if warning or (actions and all(action.lower() == b"delayed" for action in actions)):
        return "delay"
    for reason, _ in recipients:
        if reason in OTHER:
            return OTHER[reason]
    return "hard" if is_hard(recipients) else "soft"


def in_second_half(name: str) -> bool:
    return sha256(name.encode()).digest()[0] % 2 == 1


def report(title: str, pairs: Counter[tuple[str, str]]) -> str:
    """`pairs` counts messages by what they are and what they were taken for."""
    right = pairs["hard", "hard"]
    taken = sum(n for (_, found), n in pairs.items() if found == "hard")
    are = sum(n for (true, _), n in pairs.items() if true == "hard")
    wrong = sum(n for (true, found), n in pairs.items() if true not in ("hard", "soft") and found in ("hard", "soft"))
    precision, recall = right / max(taken, 1), right / max(are, 1)
    lines = [
        f"{title}: {pairs.total()} messages",
        f"hard: precision {right}/{taken} = {precision:.3f}, recall {right}/{are} = {recall:.3f}",
        f"taken for a failure, though none: {wrong}",
        f"{'':12}" + "".join(f"{kind:>12}" for kind in Kind),
    ]
    for true in sorted({true for true, _ in pairs}):
        lines.append(f"{true:12}" + "".join(f"{pairs[true, kind]:12}" for kind in Kind))
    return "\n".join(lines) + "\n\n"


def main(messages: Path, tables: list[Path], show: bool) -> None:
    halves: dict[str, Counter[tuple[str, str]]] = {"first half": Counter(), "second half": Counter()}
    plain: Counter[tuple[str, str]] = Counter()
    for name, recipients in sorted(read_tables(tables).items()):
        if not recipients or not (messages / name).is_file():
            continue
        raw = (messages / name).read_bytes()
        pair = (kind_of(raw, recipients), str(read_notice(raw).kind))
        halves["second half" if in_second_half(name) else "first half"][pair] += 1
        if "filtered" not in dict(recipients):
            plain[pair] += 1
        if show and pair[0] != pair[1]:
            sys.stdout.write(f"{name} {pair[0]} read as {pair[1]}: {', '.join(dict(recipients))}\n")
    whole = halves["first half"] + halves["second half"]
    for title, pairs in {**halves, "the whole": whole, "without what the tables call filtered": plain}.items():
        sys.stdout.write(report(title, pairs))


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--show"]
    main(Path(words[0]), [Path(word) for word in words[1:]], "--show" in sys.argv)
