"""What people wrote: how many, on which side of the vote, about what, and which words are quoted."""

import hmac
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, zip_longest
from math import inf

from deliberation.disclosure import Cell, Cells, Limit, Sum
from deliberation.figures import Quote, Side, Signals, Statements, Tally
from deliberation.questionnaire import Option, Question
from deliberation.verdict import Conditions

QUOTE_RULE = "hmac-sha256/3"
YES_BUTS = ("money", "capacity", "law", "precedent", "equality", "privacy", "execution", "politics")


@dataclass(frozen=True)
class Statement:
    """One moderated text.

    `side`: key of its writer's vote; `keep`: may be quoted; `codes`: the points it raises, of YES_BUTS or in the
    clerk's own words; `outside`: it is about what the panel was not asked to judge.
    """

    question: str
    side: str
    text: str
    keep: bool = True
    codes: tuple[str, ...] = ()
    outside: bool = False

    @property
    def points(self) -> tuple[str, ...]:
        """Its codes, each once; "" when it has none."""
        return tuple(dict.fromkeys(self.codes)) or ("",)


def code_order(statements: Sequence[Statement]) -> list[str]:
    """The codes that occur: the yes-buts in their order, the clerk's own by name, and "" (no code) last.

    "" is there also when every text has a code, as that would tell it; only without any code there is nothing.
    """
    found = {code for statement in statements for code in statement.points} - {""}
    own = sorted(found - {*YES_BUTS})
    return [*(code for code in (*YES_BUTS, *own) if code in found), ""] if found else []


def quote_order(seed: str, question: str, text: str) -> str:
    """The number that gives a text its place: the first 16 hex digits of HMAC-SHA256(seed, question, 0x00, text)."""
    return hmac.new(seed.encode(), f"{question}\0{text}".encode(), sha256).hexdigest()[:16]


def choose_quotes(statements: Sequence[Statement], conditions: Conditions, seed: str, most: int) -> tuple[Quote, ...]:
    """Quotes by lot, as many from those for the plan as from those who want otherwise.

    `statements`: of one question, by writers whose side is shown (`of_sides`). Per option in the order of their
    numbers (`quote_order`); those who want otherwise take turns, first who would amend the plan, then who would
    reject it, until one has no more. At most `most` per side; when only one side wrote anything that is shown, all
    come from that one. The same text counts once per option; blank votes are not quoted. Texts and seed repeat the
    choice.
    """
    quotes = _numbered(statements, seed)
    pro, amend, reject = ([Quote(s, text, order) for order, s, text in quotes if s == o] for o in conditions.opinions)
    turns = chain.from_iterable(zip_longest(amend, reject))
    con = [quote for quote in turns if quote is not None]
    number = min(most, *(len(part) or most for part in (pro, con)))
    return tuple(pro[:number] + con[:number])


def of_sides(statements: Sequence[Statement], votes: Mapping[str, Cell], hidden: Collection[Cell]) -> list[Statement]:
    """The texts of the sides of which the number of votes is shown: only these are quoted.

    `votes`: the cell of the vote per side. Figures come first: what is hidden is decided without quotes. That a side
    is not quoted then follows from published figures and tells nothing, and that it is quoted tells nothing either,
    as its number is there and is no small one.
    """
    return [s for s in statements if s.side in votes and votes[s.side] not in hidden]


def choose_minority(
    statements: Sequence[Statement], sides: Collection[str], seed: str, most: int
) -> tuple[Quote, ...]:
    """Quotes of these sides alone, of all questions together, in the order of their numbers: at most `most`."""
    quotes = _numbered([statement for statement in statements if statement.side in sides], seed)
    return tuple(Quote(side, text, order) for order, side, text in quotes[:most])


def _numbered(statements: Sequence[Statement], seed: str) -> list[tuple[str, str, str]]:
    """Number, side and text of all that may be quoted, by number; of the same text of one side the lowest."""
    found: dict[tuple[str, str], str] = {}
    for statement in statements:
        if statement.keep and (text := statement.text.strip()):
            number = quote_order(seed, statement.question, text)
            found[statement.side, text] = min(number, found.get((statement.side, text), number))
    return sorted((number, side, text) for (side, text), number in found.items())


def point_cells(statements: Sequence[Statement], floor: int) -> Cells:
    """The texts to one question, per point.

    A point that is named was raised at least once: of `floor` texts or fewer nothing more than their number is told.
    Every text raises a point or has no code.
    """
    if len(statements) <= floor:
        return Cells({})
    question = statements[0].question
    points = Counter(code for s in statements for code in s.points)
    total: Cell = ("texts", question)
    counts: dict[Cell, int] = {total: len(statements)}
    sums: list[Sum] = []
    limits: list[Limit] = []
    for code in code_order(statements):
        raised: Cell = ("code", question, code)
        counts |= {raised: points[code], ("not", raised): len(statements) - points[code]}
        sums.append((total, raised, ("not", raised)))
    named: list[Cell] = [("code", question, code) for code in code_order(statements) if code]
    none: Cell = ("code", question, "")
    for raised in named:
        limits.append(Limit({raised: 1}, 1, inf))
        limits.append(Limit({total: 1, none: -1, raised: -1}, 0, inf))
    if named:
        limits.append(Limit(dict.fromkeys([*named, none], 1.0) | {total: -1}, 0, inf))
    return Cells(counts, sums, {total}, limits=limits)


def side_cells(
    statements: Sequence[Statement], votes: Mapping[str, tuple[Cell, int]], quotes: Sequence[Quote], floor: int
) -> Cells:
    """The texts to one question, per side of the vote.

    `votes`: the cell of the vote per side, and its count. Every text is by someone who voted so: the vote counts at
    least as many; and the quotes are among the texts. Whose side is unknown, is in the whole alone.
    """
    if not statements:
        return Cells({})
    question = statements[0].question
    written, quoted = Counter(s.side for s in statements), Counter(quote.side for quote in quotes)
    total, unknown = ("texts", question), ("side", question, "")
    sides: dict[Cell, int] = {("side", question, side): written[side] for side in votes}
    known = sum(sides.values())
    slack: dict[Cell, int] = {unknown: len(statements) - known} if known < len(statements) else {}
    limits = []
    for side, (cell, count) in votes.items():
        wrote: Cell = ("side", question, side)
        limits.append(Limit({cell: 1, wrote: -1}, min(0, count - written[side]), inf))
        limits.append(Limit({wrote: 1}, quoted[side], inf))
    public = {total} if len(statements) >= floor else set[Cell]()
    return Cells({total: len(statements)} | sides | slack, [(total, *sides, *slack)], public, {*slack}, limits)


def publish_statements(
    question: Question,
    statements: Sequence[Statement],
    sides: Sequence[Option],
    hidden: Collection[Cell],
    quotes: tuple[Quote, ...],
    *,
    floor: int,
) -> Statements:
    """The texts to one question. `sides`: the options of the vote, none where that would reveal something."""
    few = len(statements) <= floor
    by_side = Counter(s.side for s in statements)
    by_code = Counter(code for s in statements for code in s.points)

    def count(cell: Cell, number: int) -> tuple[int | None, str]:
        return (None, "small") if few or cell in hidden else (number, "")

    return Statements(
        question=question.id,
        text=question.text,
        texts=len(statements) if len(statements) >= floor else None,
        sides=tuple(Side(o.key, o.label, *count(("side", question.id, o.key), by_side[o.key])) for o in sides),
        tallies=tuple(
            Tally(code, *count(("code", question.id, code), by_code[code]))
            for code in (() if few else code_order(statements))
        ),
        quotes=quotes,
    )


def signals(
    statements: Sequence[Statement], texts: Sequence[int | None], quotes: tuple[Quote, ...], floor: int
) -> Signals:
    """What lies outside the mandate. `texts`: how many texts each question has inside it, as published.

    Of how many it is: of these and the others that are counted, so that it tells no number that is not shown.
    """
    outside = sum(statement.outside for statement in statements)
    if outside < floor:
        return Signals(None, None, "small", quotes)
    return Signals(outside, outside + sum(number for number in texts if number), "", quotes)
