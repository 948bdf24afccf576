"""Figures in words. What is hidden is said to be hidden; a difference within its margin is not called one."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from itertools import permutations

import yaml

from deliberation.figures import Advice, Findings, Mean, QuestionFindings, Row, Split, Table, Verdict, Weighting
from panel.reports.language import language, t
from panel.settings import TEMPLATES
from panel.web import dutch, english
from panel.web.display import ENGLISH, Language

NBSP = "\u00a0"
DASH = "–"
CHANCE = 0.05  # below this p-value a difference between groups is called greater than chance
TENS: dict[Language, tuple[str, ...]] = {
    "nl": ("", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien"),
    "en": ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
}


@cache
def sentences() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = yaml.safe_load((TEMPLATES / "reports" / "words.yaml").read_text("utf-8"))
    return words


def say(kind: str, code: str, **facts: object) -> str:
    """The sentence for a code; a code without one is said as it is."""
    sentence = sentences()[kind].get(code) or sentences()[kind].get("other")
    return t(sentence).format(**facts) if sentence else code


def day(text: str) -> str:
    """2026-11-20 -> 20 november 2026, 20 November 2026; what is no date stays as it is."""
    write = english.format_date if language() == ENGLISH else dutch.format_date
    try:
        return write(date.fromisoformat(text[:10])).replace(" ", NBSP)
    except ValueError:
        return text


def number(value: float | None, decimals: int = 0) -> str:
    """1.234,5 or 1,234.5"""
    write = english.format_number if language() == ENGLISH else dutch.format_number
    return DASH if value is None else write(value, decimals)


def not_shown() -> str:
    return t("niet getoond")


def people(count: int) -> str:
    return t("1 mens") if count == 1 else t("{number} mensen", number=number(count))


def in_words(count: int) -> str:
    names = TENS[language()]
    return names[count] if 0 < count < len(names) else number(count)


def percent(share: float | None) -> str:
    """43 %, in English 43%; what is not quite nothing or everything is not rounded to it."""
    if share is None:
        return DASH
    if 0 < share < 0.005:
        return f"<{NBSP}{of_hundred(1)}"
    if 0.995 <= share < 1:
        return f">{NBSP}{of_hundred(99)}"
    return of_hundred(_whole(share))


def of_hundred(whole: int | str) -> str:
    """A whole percentage with its sign."""
    return f"{whole}%" if language() == ENGLISH else f"{whole}{NBSP}%"


def margin(low: float | None, high: float | None) -> str:
    """37–49 %"""
    return DASH if low is None or high is None else of_hundred(_bounds(low, high))


def _bounds(low: float, high: float) -> str:
    return f"{_whole(low)}–{_whole(high)}"


def _whole(share: float) -> int:
    return int(share * 100 + 0.5)


def hidden(code: str) -> str:
    return say("hidden", code) if code else ""


def quoted(label: str) -> str:
    return f"‘{isolated(label)}’"


def isolated(text: str) -> str:
    """A text that runs from right to left does not turn around what stands after it: a mark ends it (U+200E)."""
    turns = any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)
    return f"{text}\u200e" if turns else text


def listed(parts: Sequence[str], last: str = "en") -> str:
    """a, b en c"""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {t(last)} {parts[-1]}" if parts else ""


def cells(row: Row) -> tuple[str, ...]:
    """The cells of one answer in a table: its words, how many people, its share and margin."""
    count = number(row.count) if row.count is not None else not_shown()
    if row.share is None:
        return row.label, count, not_shown(), DASH
    return row.label, count, percent(row.share), margin(row.low, row.high)


def why_hidden(rows: Iterable[Row]) -> str:
    """The sentence under a table that says what "niet getoond" stands for; empty when everything is shown."""
    codes = dict.fromkeys(row.hidden or "small" for row in rows if row.share is None)
    return why_not_shown(codes) if codes else ""


def together(table: Table) -> str:
    """How many the hidden answers are together, where everyone stands in one row: anyone can reckon that."""
    unseen = [row for row in table.rows if row.count is None]
    if table.n is None or not 1 < len(unseen) < len(table.rows):
        return ""
    return " " + t(
        "De verborgen aantallen zijn samen {people}.",
        people=people(table.n - sum(row.count or 0 for row in table.rows)),
    )


def why_not_shown(codes: Iterable[str] = ("small",)) -> str:
    """The note under a table of which something is hidden."""
    return t("Niet getoond: {why}.", why=listed([hidden(code) for code in codes], "of"))


def short(row: Row) -> str:
    """43 % (37–49)"""
    if row.share is None:
        return not_shown()
    if row.low is None or row.high is None:
        return percent(row.share)
    return f"{percent(row.share)} ({_bounds(row.low, row.high)})"


def total(table: Table) -> str:
    return number(table.n) if table.n is not None else not_shown()


def counted(table: Table) -> str:
    """n = 312, in one piece"""
    if table.n is None:
        return f"n: {hidden(table.hidden or 'small')}"
    return f"n{NBSP}={NBSP}{number(table.n)}"


def whose(found: QuestionFindings) -> str:
    """Of whom the answers are, when that is not everyone."""
    if found.asked is None:
        return ""
    return t("van wie deze vraag kreeg ({people})", people=people(found.asked))


def described(table: Table) -> str:
    """One table in one sentence, for who cannot see the chart."""
    if not table.rows:
        return hidden(table.hidden) or t("geen antwoorden")
    return "; ".join(
        f"{_spoken(row.label)}: {percent(row.share) if row.share is not None else _why(row)}" for row in table.rows
    )


def _spoken(label: str) -> str:
    return t("het cijfer {label}", label=label) if label.isdigit() else label


def _why(row: Row) -> str:
    return hidden(row.hidden or "small")


def finding(table: Table, apart: Sequence[str] = (), overlap: bool = False) -> str:
    """What stands out in a table. `overlap`: people could choose more than one answer."""
    shown = [row for row in table.rows if row.share is not None and row.key not in apart]
    shown.sort(key=lambda row: row.share or 0.0, reverse=True)
    if table.n == 0:
        return t("Niemand gaf hier antwoord")
    if not shown or not shown[0].share:
        return _nothing(table, apart)
    first, *others = shown
    value = f"{quoted(first.label)} ({percent(first.share)})"
    if first.low is not None and first.low > 0.5:
        everyone = first.share == 1 and first.low >= 0.995
        return _most("everyone" if everyone else "half", first, overlap, value)
    if _may_be_more(table, first, apart, overlap):
        return t("De antwoorden zijn te onzeker om te zeggen wat het vaakst is gekozen")
    rivals = [row for row in others if first.low is None or (row.high or 0.0) >= first.low]
    if not rivals:
        return _most("largest", first, overlap, value)
    if len(rivals) == 1:
        other = f"{quoted(rivals[0].label)} ({percent(rivals[0].share)})"
        return t("{value} en {other} liggen dicht bij elkaar", value=value, other=other)
    return t(
        "Geen antwoord springt eruit; {answer} is het vaakst gekozen ({share})",
        answer=quoted(first.label),
        share=percent(first.share),
    )


def _may_be_more(table: Table, first: Row, apart: Sequence[str], overlap: bool) -> bool:
    """Whether an answer whose share is not shown may have been chosen more often than the first of those shown."""
    unknown = [row for row in table.rows if row.share is None and row.key not in apart]
    if overlap:
        return any(row.hidden in ("few", "wide") for row in unknown)
    return bool(unknown) and 1 - sum(row.share or 0.0 for row in table.rows) >= (first.share or 0.0)


def _most(who: str, row: Row, overlap: bool, value: str) -> str:
    """What a group did: chose, gave as a mark, or named among others."""
    return say("most", f"{who}_{'named' if overlap else 'gave' if row.label.isdigit() else 'chose'}", value=value)


def _nothing(table: Table, apart: Sequence[str]) -> str:
    if any(row.share and row.key not in apart for row in table.rows):
        return t("De antwoorden zijn te onzeker om te zeggen wat het vaakst is gekozen")
    if any(row.share is not None for row in table.rows):
        return t("De meeste mensen gaven hierover geen oordeel")
    return _nothing_for(table.hidden or next((row.hidden for row in table.rows if row.hidden), "small"))


def _nothing_for(code: str) -> str:
    """With enough answers, too, a table is held back when it would reveal what a few people answered."""
    return {
        "few": t("Te weinig mensen antwoordden om percentages te tonen"),
        "wide": t("De antwoorden zijn te onzeker om percentages te tonen"),
    }.get(code) or t("Percentages zijn hier niet veilig te tonen")


def findings_of_items(tables: Sequence[Table], apart: Sequence[str]) -> str:
    """What stands out over several things that were judged on one scale."""
    if len(tables) == 1:
        return finding(tables[0], apart)
    tops: dict[str, list[str]] = {}
    for table in tables:
        if (top := most_chosen(table, apart)) is not None:
            tops.setdefault(top.label, []).append(table.label)
    if not tops:
        reasons = {_nothing(table, apart) for table in tables}
        return reasons.pop() if len(reasons) == 1 else t("Percentages zijn hier niet te tonen")
    answer, places = max(tops.items(), key=lambda top: len(top[1]))
    if len(places) == len(tables):
        return t("Bij alle {all} is {answer} het vaakst gekozen", all=in_words(len(tables)), answer=quoted(answer))
    return t(
        "{answer} is bij {some} van de {all} het vaakst gekozen",
        answer=quoted(answer),
        some=in_words(len(places)),
        all=in_words(len(tables)),
    )


def most_chosen(table: Table, apart: Sequence[str]) -> Row | None:
    """What was chosen most often, surely so also where some shares are not shown."""
    shown = [row for row in table.rows if row.share is not None and row.key not in apart]
    first = max(shown, key=lambda row: row.share or 0.0, default=None)
    return first if first and not _may_be_more(table, first, apart, overlap=False) else None


def mark(mean: Mean | None) -> str:
    """The mark out of ten, in words."""
    if mean is None or mean.mean is None:
        return say("mean", mean.hidden if mean else "small")
    return t("Gemiddeld geeft het panel een {mark}", mark=number(mean.mean, 1))


def spread(mean: Mean) -> str:
    """The mark with its interval, middle and spread; never a lone average."""
    if mean.mean is None:
        return f"{mark(mean)}."
    parts = [mark(mean)]
    if mean.low is not None and mean.high is not None:
        parts[0] += t(" (tussen {low} en {high})", low=number(mean.low, 1), high=number(mean.high, 1))
    if mean.median is not None:
        middle = number(mean.median, 0 if mean.median == int(mean.median) else 1)
        parts.append(t("De middelste is een {mark}", mark=middle))
    if mean.sd is not None:
        parts.append(t("De spreiding is {points} punt", points=number(mean.sd, 1)))
    if mean.n is not None:
        few = t("1 mens gaf een cijfer")
        parts.append(few if mean.n == 1 else t("{number} mensen gaven een cijfer", number=number(mean.n)))
    return ". ".join(parts) + "."


def verdict(judged: Verdict, label: str, majority_percent: int) -> str:
    """The outcome of the vote in one or two sentences. `label`: the words of the winning option."""
    facts = {"majority": of_hundred(majority_percent), "quorum": number(judged.quorum), "label": label}
    facts["answered"] = number(judged.answered)
    if judged.status == "no_verdict":
        code = next((code for code in judged.reasons if code in sentences()["vote"]), "none")
        return say("vote", code, **facts)
    code = judged.outcome or ("tie" if "tie" in judged.reasons else "divided")
    if judged.status == "does_not_meet" and judged.outcome == "voor":
        code = "short"
    text = say("vote", code, **facts)
    return f"{text} {say('vote', 'within_margin')}" if "within_margin" in judged.reasons else text


def differences(split: Split, apart: Sequence[str] = ()) -> str:
    """Whether groups differ more than chance does, and where: the answer whose intervals lie furthest apart."""
    if split.hidden:
        return t("niet vergeleken, {why}", why=hidden(split.hidden))
    told: list[tuple[float, str]] = []
    for one, other in permutations(split.tables, 2):
        rivals = {row.key: row for row in other.rows}
        for row in one.rows:
            low, high = row.low, rivals[row.key].high
            if row.key not in apart and low is not None and high is not None and low > high:
                names = {"these": group(one.key, one.label), "those": group(other.key, other.label)}
                more = t("{answer} is vaker gekozen bij {these} dan bij {those}", answer=quoted(row.label), **names)
                told.append((low - high, more))
    if split.test is not None and split.test.p >= CHANCE:
        return t("geen verschil groter dan toeval")
    if told:
        return max(told)[1]
    if split.test is not None:
        return t("het verschil is groter dan toeval, maar geen antwoord springt eruit")
    if any(row.share is not None for table in split.tables for row in table.rows):
        return t("geen zeker verschil tussen de groepen")
    return t("de groepen zijn te klein om te tonen")


def advised(advice: Advice, question: str, item: str) -> str:
    """What the council is asked to do. `item`: the words of what was judged, where the question has items."""
    keyed = f"{advice.question}.{advice.keys[0]}" if advice.keys else ""
    code = keyed if keyed in sentences()["advice"] else advice.question
    return say("advice", code, item=item.lower() if item else "", question=question)


def reason(advice: Advice, item: str, question: str = "") -> str:
    """Why: which answers, by how many. Of the vote: the share that adopts, among those with an opinion.

    `question`: its words, where they do not stand beside the advice.
    """
    if advice.share is None:
        return t("Het percentage is niet veilig te tonen, of het is te onzeker.")
    size = percent(advice.share)
    if advice.low is not None and advice.high is not None:
        size += t(" (tussen {low} en {high})", low=_whole(advice.low), high=of_hundred(_whole(advice.high)))
    if advice.code == "vote":
        return t("Van de mensen met een mening wil {size} het plan aannemen, zoals het er nu ligt.", size=size)
    if advice.n is not None:
        size = t("{size} van {people}", size=size, people=people(advice.n))
    answers = listed([quoted(label) for label in advice.labels], "of")
    if item:
        return t("Over {item} antwoordde {size}: {answers}.", item=quoted(item), size=size, answers=answers)
    if question:
        told = {"question": quoted(question), "size": size, "answers": answers}
        return t("Op de vraag {question} antwoordde {size}: {answers}.", **told)
    return t("Hier antwoordde {size}: {answers}.", size=size, answers=answers)


def sureness(findings: Findings) -> list[str]:
    """How representative the answers are, and why."""
    return [say("fixed", "lottery"), weighed(findings.weighting), say("fixed", "missing")]


def weighed(weighting: Weighting) -> str:
    """Whether the answers were weighted until the groups count as in the file."""
    if not weighting.weighted:
        return say("fixed", "unweighted")
    return say("fixed", "weighted" if weighting.margins else "by_draw")


def turnout(answered: int, invited: int) -> str:
    if not invited:
        return t("Er is niemand uitgenodigd.")
    return t(
        "Van de {invited} gelote mensen antwoordden er {answered} ({share}).",
        invited=number(invited),
        answered=number(answered),
        share=percent(answered / invited),
    )


def group(key: str, label: str) -> str:
    """The name of a group, or of a class of people."""
    named = sentences()["groups"].get(key)
    return t(named) if named else " + ".join(_class(part) for part in (label or key).split(" + "))


def _class(name: str) -> str:
    """Classes that were taken together end on "7 andere"."""
    count, _, others = name.partition(" ")
    if others == "andere" and count.isdigit():
        return t("{number} andere", number=count)
    return t(sentences()["groups"][name]) if name in sentences()["groups"] else name
