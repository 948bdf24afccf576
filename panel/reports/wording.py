"""Figures in Dutch words. What is hidden is said to be hidden; a difference within its margin is not called one."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from itertools import permutations

import yaml

from deliberation.figures import Advice, Findings, Mean, QuestionFindings, Row, Split, Table, Verdict
from panel.settings import TEMPLATES
from panel.web.dutch import format_date, format_number

NBSP = "\u00a0"
DASH = "–"
NOT_SHOWN = "niet getoond"
TENS = ("", "één", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien")


@cache
def sentences() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = yaml.safe_load((TEMPLATES / "reports" / "words.yaml").read_text("utf-8"))
    return words


def say(kind: str, code: str, **facts: object) -> str:
    """The sentence for a code; a code without one is said as it is."""
    sentence = sentences()[kind].get(code) or sentences()[kind].get("other") or code
    return sentence.format(**facts)


def day(text: str) -> str:
    """2026-11-20 -> 20 november 2026; what is no date stays as it is."""
    try:
        return format_date(date.fromisoformat(text[:10])).replace(" ", NBSP)
    except ValueError:
        return text


def number(value: float | None, decimals: int = 0) -> str:
    return DASH if value is None else format_number(value, decimals)


def people(count: int) -> str:
    return "1 mens" if count == 1 else f"{number(count)} mensen"


def in_words(count: int) -> str:
    return TENS[count] if 0 < count < len(TENS) else number(count)


def percent(share: float | None) -> str:
    """43 %; what is not quite nothing or everything is not rounded to it."""
    if share is None:
        return DASH
    if 0 < share < 0.005:
        return f"<{NBSP}1{NBSP}%"
    if 0.995 <= share < 1:
        return f">{NBSP}99{NBSP}%"
    return f"{_whole(share)}{NBSP}%"


def margin(low: float | None, high: float | None) -> str:
    """37–49 %"""
    return DASH if low is None or high is None else f"{_whole(low)}–{_whole(high)}{NBSP}%"


def _whole(share: float) -> int:
    return int(share * 100 + 0.5)


def hidden(code: str) -> str:
    return say("hidden", code) if code else ""


def quoted(label: str) -> str:
    return f"‘{label}’"


def listed(parts: Sequence[str], last: str = "en") -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def cells(row: Row) -> tuple[str, ...]:
    """The cells of one answer in a table: its words, how many people, its share and margin."""
    count = number(row.count) if row.count is not None else NOT_SHOWN
    if row.share is None:
        return row.label, count, NOT_SHOWN, DASH
    return row.label, count, percent(row.share), margin(row.low, row.high)


def why_hidden(rows: Iterable[Row]) -> str:
    """The sentence under a table that says what "niet getoond" stands for; empty when everything is shown."""
    codes = dict.fromkeys(row.hidden or "small" for row in rows if row.share is None)
    return f"Niet getoond: {listed([hidden(code) for code in codes], 'of')}." if codes else ""


def short(row: Row) -> str:
    """43 % (37–49)"""
    if row.share is None:
        return NOT_SHOWN
    return percent(row.share) if row.low is None or row.high is None else f"{percent(row.share)} ({_bounds(row)})"


def _bounds(row: Row) -> str:
    return margin(row.low, row.high).removesuffix(f"{NBSP}%")


def total(table: Table) -> str:
    return number(table.n) if table.n is not None else NOT_SHOWN


def counted(table: Table) -> str:
    """n = 312, in one piece"""
    if table.n is None:
        return f"n: {hidden(table.hidden or 'small')}"
    return f"n{NBSP}={NBSP}{number(table.n)}"


def whose(found: QuestionFindings) -> str:
    """Of whom the answers are, when that is not everyone."""
    if found.asked is None:
        return ""
    return f"van wie deze vraag kreeg ({people(found.asked)})"


def described(table: Table) -> str:
    """One table in one sentence, for who cannot see the chart."""
    if not table.rows:
        return hidden(table.hidden) or "geen antwoorden"
    return "; ".join(
        f"{_spoken(row.label)}: {percent(row.share) if row.share is not None else _why(row)}" for row in table.rows
    )


def _spoken(label: str) -> str:
    return f"het cijfer {label}" if label.isdigit() else label


def _why(row: Row) -> str:
    return hidden(row.hidden or "small")


def finding(table: Table, apart: Sequence[str] = (), overlap: bool = False) -> str:
    """What stands out in a table. `overlap`: people could choose more than one answer."""
    shown = [row for row in table.rows if row.share is not None and row.key not in apart]
    shown.sort(key=lambda row: row.share or 0.0, reverse=True)
    if table.n == 0:
        return "Niemand gaf hier antwoord"
    if not shown or not shown[0].share:
        return _nothing(table)
    first, *others = shown
    verb = "noemt" if overlap else "geeft een" if first.label.isdigit() else "kiest"
    value = f"{quoted(first.label)} ({percent(first.share)})"
    if first.low is not None and first.low > 0.5:
        everyone = "Iedereen" if first.share == 1 and first.low >= 0.995 else "Meer dan de helft"
        return f"{everyone} {verb} {value}"
    rivals = [row for row in others if first.low is None or (row.high or 0.0) >= first.low]
    if not rivals:
        return f"De grootste groep {verb} {value}"
    if len(rivals) == 1:
        other = rivals[0]
        return f"{value} en {quoted(other.label)} ({percent(other.share)}) liggen dicht bij elkaar"
    return f"Geen antwoord springt eruit; {quoted(first.label)} is het vaakst gekozen ({percent(first.share)})"


def _nothing(table: Table) -> str:
    if any(row.share is not None for row in table.rows):
        return "De meeste mensen gaven hierover geen oordeel"
    return _nothing_for(table.hidden or next((row.hidden for row in table.rows if row.hidden), "small"))


def _nothing_for(code: str) -> str:
    """With enough answers, too, a table is held back when it would reveal what a few people answered."""
    return {
        "few": "Te weinig mensen antwoordden om percentages te tonen",
        "wide": "De antwoorden zijn te onzeker om percentages te tonen",
    }.get(code, "Te weinig om veilig te tonen")


def findings_of_items(tables: Sequence[Table], apart: Sequence[str]) -> str:
    """What stands out over several things that were judged on one scale."""
    if len(tables) == 1:
        return finding(tables[0], apart)
    tops: dict[str, list[str]] = {}
    for table in tables:
        shown = [row for row in table.rows if row.share is not None and row.key not in apart]
        if shown:
            tops.setdefault(max(shown, key=lambda row: row.share or 0.0).label, []).append(table.label)
    if not tops:
        reasons = {_nothing(table) for table in tables}
        return reasons.pop() if len(reasons) == 1 else "Te weinig om te tonen"
    answer, places = max(tops.items(), key=lambda top: len(top[1]))
    if len(places) == len(tables):
        return f"Bij alle {in_words(len(tables))} is {quoted(answer)} het vaakst gekozen"
    return f"{quoted(answer)} is bij {in_words(len(places))} van de {in_words(len(tables))} het vaakst gekozen"


def mark(mean: Mean | None) -> str:
    """The mark out of ten, in words."""
    if mean is None or mean.mean is None:
        return say("mean", mean.hidden if mean else "small")
    return f"Gemiddeld geeft het panel een {number(mean.mean, 1)}"


def spread(mean: Mean) -> str:
    """The mark with its interval, middle and spread; never a lone average."""
    if mean.mean is None:
        return f"{mark(mean)}."
    parts = [f"{mark(mean)}"]
    if mean.low is not None and mean.high is not None:
        parts[0] += f" (tussen {number(mean.low, 1)} en {number(mean.high, 1)})"
    if mean.median is not None:
        parts.append(f"De middelste is een {number(mean.median, 0 if mean.median == int(mean.median) else 1)}")
    if mean.sd is not None:
        parts.append(f"De spreiding is {number(mean.sd, 1)} punt")
    if mean.n is not None:
        parts.append(f"{number(mean.n)} mensen gaven een cijfer" if mean.n != 1 else "1 mens gaf een cijfer")
    return ". ".join(parts) + "."


def verdict(judged: Verdict, label: str, majority_percent: int) -> str:
    """The outcome of the vote in one or two sentences. `label`: the words of the winning option."""
    facts = {"majority": f"{majority_percent}{NBSP}%", "quorum": number(judged.quorum), "label": label}
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
    """Where groups surely differ: the first answer whose intervals do not touch."""
    if split.hidden:
        return f"niet vergeleken, {hidden(split.hidden)}"
    told: list[tuple[float, str]] = []
    for one, other in permutations(split.tables, 2):
        rivals = {row.key: row for row in other.rows}
        for row in one.rows:
            low, high = row.low, rivals[row.key].high
            if row.key not in apart and low is not None and high is not None and low > high:
                names = f"bij {group(one.key, one.label)} dan bij {group(other.key, other.label)}"
                told.append((low - high, f"{quoted(row.label)} is vaker gekozen {names}"))
    if told:
        return max(told)[1]
    if any(row.share is not None for table in split.tables for row in table.rows):
        return "geen zeker verschil tussen de groepen"
    return "de groepen zijn te klein om te tonen"


def advised(advice: Advice, question: str, item: str) -> str:
    """What the council is asked to do. `item`: the words of what was judged, where the question has items."""
    keyed = f"{advice.question}.{advice.keys[0]}" if advice.keys else ""
    code = keyed if keyed in sentences()["advice"] else advice.question
    return say("advice", code, item=item.lower() if item else "", question=question)


def reason(advice: Advice, item: str) -> str:
    """Why: which answers, by how many. Of the vote: the share that adopts, among those with an opinion."""
    if advice.share is None:
        return "Het percentage is niet te tonen: er antwoordden te weinig mensen, of de marge is te groot."
    size = percent(advice.share)
    if advice.low is not None and advice.high is not None:
        size += f" (tussen {_whole(advice.low)} en {_whole(advice.high)}{NBSP}%)"
    amount = f" van {people(advice.n)}" if advice.n is not None else ""
    if advice.code == "vote":
        return f"Van de mensen met een mening wil {size} het plan aannemen, zoals het er nu ligt."
    answers = listed([quoted(label) for label in advice.labels], "of")
    about = f"Over {quoted(item)} antwoordde" if item else "Hier antwoordde"
    return f"{about} {size}{amount}: {answers}."


def sureness(findings: Findings) -> list[str]:
    """How representative the answers are, and why."""
    weighted = "weighted" if findings.weighting.weighted else "unweighted"
    return [say("fixed", code) for code in ("lottery", weighted, "missing")]


def turnout(answered: int, invited: int) -> str:
    if not invited:
        return "Er is niemand uitgenodigd."
    return (
        f"Van de {number(invited)} gelote mensen antwoordden er {number(answered)} ({percent(answered / invited)})."
    )


def group(key: str, label: str) -> str:
    """The name of a group in a split of the vote."""
    return sentences()["groups"].get(key, label or key)
