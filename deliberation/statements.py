"""What people wrote: how many, on which side of the vote, about what, and which words are quoted."""

import hmac
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import inf

from deliberation.disclosure import Cell, Cells, Limit
from deliberation.figures import Quote, Side, Statements, Tally
from deliberation.questionnaire import Option, Question
from deliberation.verdict import Conditions

QUOTE_RULE = "hmac-sha256/1"
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
    """The codes that occur: the yes-buts in their order, the clerk's own by name, and "" (no code) last."""
    found = {code for statement in statements for code in statement.points}
    own = sorted(found - {*YES_BUTS, ""})
    return [code for code in (*YES_BUTS, *own, "") if code in found]


def quote_order(seed: str, question: str, text: str) -> str:
    """The number that gives a text its place: the first 16 hex digits of HMAC-SHA256(seed, question, 0x00, text)."""
    return hmac.new(seed.encode(), f"{question}\0{text}".encode(), sha256).hexdigest()[:16]


def choose_quotes(statements: Sequence[Statement], conditions: Conditions, seed: str, most: int) -> tuple[Quote, ...]:
    """Quotes in the order of their numbers, as many from those for the plan as from those who want otherwise.

    `statements`: of one question. At most `most` per side; when only one side wrote anything, all come from that one.
    The same text counts once per side; blank votes are not quoted. Texts and seed repeat the choice.
    """
    kept = {(s.side, s.text.strip()): s for s in statements if s.keep and s.text.strip()}
    quotes = sorted(
        (quote_order(seed, s.question, text), side, text)
        for (side, text), s in kept.items()
        if side in conditions.opinions
    )
    pro = [q for q in quotes if q[1] == conditions.adopt]
    con = [q for q in quotes if q[1] != conditions.adopt]
    number = min(most, *(len(part) for part in (pro, con) if part)) if quotes else 0
    return tuple(Quote(side, text, order) for order, side, text in (*pro[:number], *con[:number]))


def add_to_cells(
    cells: Cells, statements: Sequence[Statement], vote: Mapping[str, Cell], quotes: Sequence[Quote], floor: int
) -> Cells:
    """The cells of the vote with the texts to one question beside them.

    `vote`: the cell of the vote per side. Every text is by someone who voted so: the vote counts at least as many.
    """
    counts, sums, limits = dict(cells.counts), list(cells.sums), list(cells.limits)
    for side, number in Counter(quote.side for quote in quotes).items():
        limits.append(Limit({vote[side]: 1}, number, inf))
    if len(statements) < floor:
        return Cells(counts, sums, cells.public, cells.slack, limits)
    question = statements[0].question
    sides, codes = Counter(s.side for s in statements), Counter(code for s in statements for code in s.points)
    total: Cell = ("texts", question)
    counts[total] = len(statements)
    counts |= {("side", question, side): sides[side] for side in vote}
    sums.append((total, *(("side", question, side) for side in vote)))
    for code in code_order(statements):
        raised: Cell = ("code", question, code)
        counts |= {raised: codes[code], ("not", raised): len(statements) - codes[code]}
        sums.append((total, raised, ("not", raised)))
    for side, cell in vote.items():
        written: Cell = ("side", question, side)
        limits.append(Limit({cell: 1, written: -1}, min(0, counts[cell] - counts[written]), inf))
        limits.append(Limit({written: 1}, sum(quote.side == side for quote in quotes), inf))
    return Cells(counts, sums, {*cells.public, total}, cells.slack, limits)


def publish_statements(
    question: Question,
    statements: Sequence[Statement],
    sides: Sequence[Option],
    hidden: Collection[Cell],
    quotes: tuple[Quote, ...],
    *,
    floor: int,
) -> Statements:
    """The texts to one question. `sides`: the options of the vote; fewer texts than `floor` are not counted out."""
    few = len(statements) < floor
    by_side = Counter(s.side for s in statements)
    by_code = Counter(code for s in statements for code in s.points)

    def count(cell: Cell, number: int) -> tuple[int | None, str]:
        return (None, "small") if few or cell in hidden else (number, "")

    return Statements(
        question=question.id,
        text=question.text,
        texts=None if few else len(statements),
        sides=tuple(Side(o.key, o.label, *count(("side", question.id, o.key), by_side[o.key])) for o in sides),
        tallies=tuple(
            Tally(code, *count(("code", question.id, code), by_code[code])) for code in code_order(statements)
        ),
        quotes=quotes,
    )
