"""The vote, the mark and the reasons of the advices in plain sentences, for who reads no more than one page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from deliberation.figures import Advice, QuestionFindings, Row
from panel.reports import wording
from panel.reports.blocks import Picture, shortened
from panel.reports.chapters.vote import marks, option, vote_picture
from panel.reports.facts import Material
from panel.reports.language import t
from panel.reports.wording import number, percent, say

MOST_OF_LABEL = 60
MOST_MARKS = 2 / 3  # of the marks lie in the range that is told


def picture(material: Material) -> Picture:
    """The vote drawn, under what was chosen most often."""
    table = _vote(material).tables[0]
    first = wording.most_chosen(table, material.questionnaire.vote.apart)
    drawn = replace(vote_picture(material), n=_asked(material))
    if first is None or not first.share or not drawn.svg:
        return drawn
    told = t("Het vaakst gekozen: {option} ({share})", option=_wish(material, first), share=percent(first.share))
    return replace(drawn, title=told)


def about_the_picture(material: Material) -> str:
    """What the bars are, and why the percentages are not a hundred together."""
    rows = _vote(material).tables[0].rows
    if not any(row.share is not None and row.low is not None for row in rows):
        return ""
    told = [t("De lichte balk is de marge. Bij 95 van de 100 lotingen ligt het echte percentage daarbinnen.")]
    whole = sum(int(percent(row.share).strip("<>%\u00a0 ")) for row in rows if row.share is not None)
    if whole != 100 and all(row.share is not None for row in rows):
        told.append(t("Door afronding is alles samen {whole}.", whole=wording.of_hundred(whole)))
    return " ".join(told)


def largest(material: Material) -> str:
    """What most people wish, and whether these are surely more than any other; empty when that cannot be said."""
    found = _largest(material)
    if found is None:
        return ""
    first, others = found
    told = {"share": percent(first.share), "wish": _wish(material, first, "wishes")}
    if material.findings.verdict.outcome == first.key:
        return t("{share} van wie antwoordde, {wish}. Dat is meer dan de helft van wie een mening heeft.", **told)
    said = t("De grootste groep ({share}) {wish}.", **told)
    rivals = [row for row in others if first.low is None or (row.high or 0.0) >= first.low]
    if not rivals:
        return f"{said} {t('Die groep is vrij zeker groter dan de andere groepen.')}"
    rival = max(rivals, key=lambda row: row.share or 0.0)
    unsure = t(
        "Is die groep echt groter dan {those} ({share})? Dat is niet zeker.",
        those=_wish(material, rival, "those"),
        share=percent(rival.share),
    )
    return f"{said} {unsure}"


def largest_in_short(material: Material) -> str:
    found = _largest(material)
    if found is None:
        return ""
    told = {"share": percent(found[0].share), "wish": _wish(material, found[0], "wishes")}
    return t("De grootste groep ({share}) {wish}.", **told)


def _largest(material: Material) -> tuple[Row, list[Row]] | None:
    apart = material.questionnaire.vote.apart
    table = _vote(material).tables[0]
    first = wording.most_chosen(table, apart)
    if first is None or not first.share or material.findings.verdict.status == "no_verdict":
        return None
    return first, [row for row in table.rows if row.key not in (first.key, *apart) and row.share is not None]


def of_all(material: Material, key: str) -> Row | None:
    """An option of the vote, of all who answered, with or without an opinion."""
    return next((row for row in _vote(material).tables[0].rows if row.key == key), None)


def _vote(material: Material) -> QuestionFindings:
    return next(found for found in material.findings.questions if found.is_vote)


def _asked(material: Material) -> str:
    found = _vote(material)
    n = found.tables[0].n
    if n is None:
        return found.text
    return f"{found.text} {t('1 antwoord') if n == 1 else t('{number} antwoorden', number=number(n))}"


def _wish(material: Material, row: Row, how: str = "") -> str:
    """The option within a sentence: who "wishes" it, or "those" who do; an option of one's own by its words."""
    label = shortened(option(material, row.key), MOST_OF_LABEL)
    return say(how, row.key, label=label) if how else label


def mark_sentences(material: Material) -> Iterator[str]:
    """What mark the plan gets and out of what, a sentence per question that asks one."""
    for found in marks(material):
        mean, scale = found.mean, material.questionnaire.question(found.id)
        if mean is None:
            continue
        if mean.mean is None:
            yield f"{wording.mark(mean)}."
            continue
        told = [
            t(
                "Het plan krijgt gemiddeld een {mark} (van {low} tot {high}).",
                mark=number(mean.mean, 1),
                low=number(scale.low),
                high=number(scale.high),
            )
        ]
        if mean.low is not None and mean.high is not None:
            told.append(t("De marge is {low} tot {high}.", low=number(mean.low, 1), high=number(mean.high, 1)))
        if mean.median is not None:
            told.append(t("Minstens de helft geeft een {mark} of hoger.", mark=_mark(mean.median)))
        rows = [row for row in found.tables[0].rows if row.key not in scale.apart]
        if bounds := _most_marks(rows):
            told.append(t("De meeste cijfers liggen tussen {low} en {high}.", low=bounds[0], high=bounds[1]))
        elif mean.sd is not None:
            told.append(t("De cijfers lopen uiteen: de spreiding is {points} punt.", points=number(mean.sd, 1)))
        yield " ".join(told)


def _most_marks(rows: Sequence[Row]) -> tuple[str, str] | None:
    """The narrowest range in which two out of three marks lie, by the shares that are shown; the fullest of these."""
    ranges = (
        (last - first, -sum(row.share or 0.0 for row in rows[first : last + 1]), rows[first].key, rows[last].key)
        for first, last in combinations(range(len(rows)), 2)
        if all(row.share is not None for row in rows[first : last + 1])
    )
    width, _, low, high = min((found for found in ranges if -found[1] >= MOST_MARKS), default=(0, 0.0, "", ""))
    return (low, high) if 0 < width < len(rows) - 1 else None


def _mark(value: float) -> str:
    return number(value, 0 if value == int(value) else 1)


def why(advice: Advice) -> str:
    """The figure behind an advice, in one line."""
    if advice.share is None:
        return ""
    size = percent(advice.share)
    if advice.low is not None and advice.high is not None:
        margin = t("marge {bounds}", bounds=wording.margin(advice.low, advice.high))
    else:
        margin = ""
    keyed = f"{advice.question}.{advice.keys[0]}" if advice.keys else ""
    code = keyed if keyed in wording.sentences()["because"] else advice.question
    answers = wording.listed([wording.quoted(shortened(label, MOST_OF_LABEL)) for label in advice.labels], "of")
    told = say("because", code, share=size, answers=answers)
    return f"{told} ({margin})." if margin else f"{told}."
