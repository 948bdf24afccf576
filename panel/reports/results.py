"""Every figure that the report publishes, one to a line: what results.csv holds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from deliberation.consensus import moved
from deliberation.figures import (
    Findings,
    Mean,
    Minority,
    Participation,
    QuestionFindings,
    Row,
    Signals,
    Split,
    Statements,
    Table,
    Verdict,
    Weighting,
)
from panel.reports.facts import Facts, Material, read_dataclass
from panel.reports.wording import say, sentences


@dataclass(frozen=True)
class Line:
    """One figure. What does not apply is empty; datapackage.yaml says what each column holds."""

    figure: str
    question: str = ""
    group_by: str = ""
    group: str = ""
    item: str = ""
    answer: str = ""
    label: str = ""
    n: int | None = None
    effective_n: float | None = None
    count: int | None = None
    share: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    hidden: str = ""


Lines = Iterator[Line]


def lines(material: Material) -> Lines:
    """In the order of the report. Counts are of people (of texts where that is said), shares lie between 0 and 1."""
    findings = material.findings
    vote = material.questionnaire.vote.id
    for found in findings.questions:
        yield from _question(found)
    for split in findings.splits:
        yield from _split(vote, split)
    for said in findings.statements:
        yield from _statements(vote, said)
    if findings.outside is not None:
        yield from _outside(findings.outside)
    yield from _verdict(vote, findings.verdict)
    if findings.minority is not None:
        yield from _minority(vote, findings.minority)
    yield from _agreement(vote, findings)
    yield from _advices(findings)
    yield from _participation(findings.participation)
    yield from _weighting(findings.weighting)
    yield from _numbers("threshold", asdict(findings.thresholds))
    yield from _draw(material.facts)
    yield from _ways(material.facts)
    yield from _changes(material)


def _question(found: QuestionFindings) -> Lines:
    for table in found.tables:
        yield from (_row(row, table, figure="answer", question=found.id, item=table.key) for row in table.rows)
    if found.mean is not None:
        yield from _mean(found.id, found.mean)
    if found.asked is not None:
        yield Line("asked", found.id, answer="asked", count=found.asked)
    if found.texts is not None:
        yield Line("texts", found.id, answer="texts", n=found.n, count=found.texts)


def _row(row: Row, table: Table, **place: str) -> Line:
    figures = {"count": row.count, "share": row.share, "low": row.low, "high": row.high, "hidden": row.hidden}
    told: dict[str, Any] = {**place, **figures, "n": table.n, "effective_n": table.effective_n}
    return Line(answer=row.key, label=row.label, **told)


def _mean(question: str, mean: Mean) -> Lines:
    line = partial(Line, "mark", question, n=mean.n, hidden=mean.hidden)
    yield line(answer="mean", value=mean.mean, low=mean.low, high=mean.high)
    for name, value in (("sd", mean.sd), ("median", mean.median)):
        yield line(answer=name, value=value)


def _split(vote: str, split: Split) -> Lines:
    for table in split.tables:
        place = {"figure": "split", "question": vote, "group_by": split.by, "group": table.key}
        yield from (_row(row, table, **place) for row in table.rows)
    if split.test is not None:
        for name, value in asdict(split.test).items():
            yield Line("test", vote, split.by, answer=name, value=value)


def _statements(vote: str, said: Statements) -> Lines:
    hidden = "small" if said.texts is None else ""
    yield Line("texts", said.question, item="judged", answer="texts", count=said.texts, hidden=hidden)
    for side in said.sides:
        line = partial(Line, "texts", said.question, vote, side.side, label=side.label)
        yield line(answer="texts", count=side.texts, hidden=side.hidden)
    for tally in said.tallies:
        label = code_label(tally.code)
        yield Line("point", said.question, answer=tally.code, label=label, count=tally.texts, hidden=tally.hidden)


def code_label(code: str) -> str:
    """Codes of one's own are words already."""
    return say("codes", code) if code in sentences()["codes"] else code


def _outside(signals: Signals) -> Lines:
    yield Line("outside", answer="texts", count=signals.texts, hidden=signals.hidden)
    yield Line("outside", answer="of", count=signals.of, hidden=signals.hidden if signals.of is None else "")


def _verdict(vote: str, judged: Verdict) -> Lines:
    told = f"{judged.status}: {', '.join(judged.reasons)}" if judged.reasons else judged.status
    yield Line(
        "verdict",
        vote,
        answer=judged.outcome,
        label=told,
        n=judged.opinions,
        share=judged.share,
        low=judged.low,
        high=judged.high,
        hidden=judged.hidden,
    )
    for name in ("quorum", "answered", "opinions", "blank"):
        count = getattr(judged, name)
        yield Line("verdict", vote, item=name, count=count, hidden="small" if count is None else "")
    part, whole = judged.majority.split("/")
    yield Line("verdict", vote, item="majority", label=judged.majority, share=int(part) / int(whole))


def _minority(vote: str, minority: Minority) -> Lines:
    yield Line(
        "minority",
        vote,
        answer=" ".join(minority.options),
        label=minority.rule,
        share=minority.share,
        low=minority.low,
        high=minority.high,
        hidden=minority.hidden,
    )
    for view in minority.groups:
        yield Line("minority", vote, view.by, view.key, answer=view.option)


def _agreement(vote: str, findings: Findings) -> Lines:
    for found in findings.agreement:
        line = partial(Line, "agreement", vote, found.by, answer=found.option)
        yield line(item="lowest", group=found.group, share=found.lowest)
        yield line(item="product", value=found.product)
        yield line(item="groups", value=found.groups)


def _advices(findings: Findings) -> Lines:
    for advice in findings.advices:
        yield Line(
            "advice",
            advice.question,
            item=advice.item,
            answer=" ".join(advice.keys),
            label=" / ".join(advice.labels),
            value=advice.number,
            n=advice.n,
            share=advice.share,
            low=advice.low,
            high=advice.high,
        )


def _participation(took_part: Participation) -> Lines:
    for turnout in took_part.classes:
        line = partial(Line, "turnout", group_by=turnout.variable, group=turnout.key)
        yield line(answer="population", count=turnout.population)
        yield line(answer="invited", count=turnout.invited)
        figures: dict[str, Any] = {"n": turnout.invited, "count": turnout.answered, "share": turnout.rate}
        yield line(answer="answered", **figures, hidden=turnout.hidden)
    for one in took_part.partials:
        yield Line("turnout", group_by=one.variable, answer="partial_r", value=one.value)
    yield from _numbers("turnout", _plain(took_part))
    yield from _numbers("outcome", asdict(took_part.outcomes))


def _weighting(weighting: Weighting) -> Lines:
    yield Line("weighting", answer="weighted", label=weighting.reason, value=int(weighting.weighted))
    yield from (Line("weighting", group_by=margin, answer="margin") for margin in weighting.margins)
    for merge in weighting.merged:
        taken = " + ".join(merge.classes)
        yield Line(
            "weighting", group_by=merge.variable, group=merge.into, answer=f"merged_{merge.reason}", label=taken
        )
    yield from _numbers("weighting", _plain(weighting))


def _draw(facts: Facts) -> Lines:
    draw = facts["draw"]
    counts = {"accepted": draw["accepted"], "refused": draw["refused"], "sample_size": draw["sample_size"]}
    yield from _numbers("draw", counts)
    for reason, count in draw["excluded"].items():
        yield Line("draw", answer="excluded", group=reason, count=count)
    for stratum in draw["strata"]:
        line = partial(Line, "draw", group_by="stratum", group=stratum["label"])
        yield line(answer="eligible", count=stratum["eligible"])
        yield line(answer="drawn", count=stratum["drawn"])


def _ways(facts: Facts) -> Lines:
    for way, count in facts["answered_by"].items():
        yield Line("way", answer=way, count=count, hidden="small" if count is None else "")
    if facts["retyped"] is not None:
        yield Line("way", answer="retyped", count=facts["retyped"])
        yield Line("way", answer="retyped_otherwise", n=facts["retyped"], share=facts["retyped_otherwise"])


def _changes(material: Material) -> Lines:
    before = material.facts["before"]
    if before is None:
        return
    for one in moved(read_dataclass(Findings, before["findings"], "facts.before.findings"), material.findings):
        line = partial(Line, "change", one.question, item=one.item, answer=one.key or one.kind, label=one.label)
        yield line(group="before", value=one.before.value, low=one.before.low, high=one.before.high)
        yield line(group="difference", value=one.difference, low=one.low, high=one.high)


def _plain(thing: Any) -> dict[str, Any]:
    """The fields that are one number by themselves."""
    return {name: value for name, value in vars(thing).items() if isinstance(value, int | float) or value is None}


def _numbers(figure: str, values: Mapping[str, Any]) -> Iterable[Line]:
    """A line per number: whole ones are counts, the rest values."""
    for name, number in values.items():
        if isinstance(number, bool):
            continue
        if isinstance(number, int):
            yield Line(figure, answer=name, count=number)
        else:
            yield Line(figure, answer=name, value=number)
