"""Findings of one question, or of the vote per group, as a picture with its title, its text and its tables."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from deliberation.figures import Mean, QuestionFindings, Row, Split, Table
from deliberation.questionnaire import Question
from panel.reports import charts, wording
from panel.reports.blocks import Grid, Paragraph, Picture
from panel.reports.language import t

NUMERIC = (1, 2, 3)
GROUPS = 6  # in one picture, so that it fits on a page


def pictures(found: QuestionFindings, question: Question) -> list[Picture | Paragraph | Grid]:
    """What was answered, drawn. Where nothing may be shown: a sentence and the tables."""
    match question.form:
        case "text":
            return []
        case "multi_with_direction":
            return [_chosen(found, question, found.tables[:1]), *_directions(found, question)]
        case "single_per_item" | "single" if not found.is_vote and _is_ordered(question):
            return [_judged(found, question)]
        case "scale":
            return [_marks(found, question)]
        case _:
            return [_chosen(found, question, found.tables)]


def grid(table: Table, caption: str, overlap: bool = False) -> Grid:
    """The table with everything that may be known of it. `overlap`: people could choose more than one answer."""
    rows = tuple(wording.cells(row) for row in table.rows)
    note = wording.why_hidden(table.rows) + ("" if overlap else wording.together(table))
    columns = (t("Antwoord"), t("Mensen"), t("Aandeel"), t("Marge"))
    return Grid(f"{caption} ({wording.counted(table)})", columns, rows, NUMERIC, note)


def grids(found: QuestionFindings) -> Iterator[Grid | Paragraph]:
    """All tables of one question; a sentence for a table of which nothing may be shown."""
    for table in found.tables:
        name = table.label if table.key else t("Alle antwoorden")
        if _is_silent(table):
            yield Paragraph(f"{name}: {wording.hidden(table.hidden or 'small')}.")
        else:
            yield grid(table, name, overlaps(found, table))


def overlaps(found: QuestionFindings, table: Table) -> bool:
    """Whether people stand in more than one row: of what could be chosen together, not of its directions."""
    return found.type.startswith("multi") and not table.key


def _is_silent(table: Table) -> bool:
    return all(row.count is None for row in table.rows)


def split_pictures(split: Split, vote: Question) -> Iterator[Picture | Paragraph]:
    """The vote per group, a few groups a picture; a sentence when no group may be shown."""
    name = wording.say("splits", split.by)
    if split.hidden or not any(_is_shown(table) for table in split.tables):
        why = wording.hidden(split.hidden or "small")
        yield Paragraph(t("De stem {groups} is niet te tonen: {why}.", groups=name, why=why))
        return
    caption = t("De stem {groups}", groups=name)
    style = charts.vote_style(vote.keys, vote.apart)
    legend = [(option.label, *style[option.key]) for option in vote.options]
    for start in range(0, len(split.tables), GROUPS):
        tables = split.tables[start : start + GROUPS]
        told = (f"{_group(table)} ({wording.counted(table)}): {wording.described(table)}" for table in tables)
        yield Picture(
            id=f"stem-{split.by}-{start // GROUPS + 1}",
            title=f"{name.capitalize()}: {wording.differences(split, vote.apart)}",
            alt=f"{caption}. {'. '.join(told)}.",
            svg=charts.groups([_dots_of(table, style) for table in tables], legend),
            n=caption,
            tables=(matrix(caption, t("Groep"), tables),),
        )


def _dots_of(table: Table, style: charts.Style) -> charts.Group:
    hidden = "" if _is_shown(table) else wording.hidden(_why(table))
    return charts.Group(
        f"{_group(table)} · {wording.counted(table)}", tuple(_dot(row, style) for row in table.rows), hidden
    )


def matrix(caption: str, first: str, tables: Sequence[Table]) -> Grid:
    """Several tables with the same answers as one: a row per table, a column per answer."""
    rows = tuple((_group(table), wording.total(table), *map(wording.short, table.rows)) for table in tables)
    note = wording.why_hidden(row for table in tables for row in table.rows)
    names = tuple(row.label for row in tables[0].rows)
    return Grid(caption, (first, "n", *names), rows, tuple(range(1, len(names) + 2)), note)


def split_grids(split: Split) -> Iterator[Grid | Paragraph]:
    for table in split.tables:
        if _is_silent(table):
            yield Paragraph(f"{_group(table)}: {wording.hidden(table.hidden or 'small')}.")
        else:
            yield grid(table, _group(table))


def _group(table: Table) -> str:
    name = wording.group(table.key, table.label)
    return name[:1].upper() + name[1:]


def _is_shown(table: Table) -> bool:
    return any(row.share is not None for row in table.rows)


def _why(table: Table) -> str:
    return table.hidden or next((row.hidden for row in table.rows if row.hidden), "small")


def _dot(row: Row, style: charts.Style | None = None) -> charts.Dot:
    colour, marker = (style or {}).get(row.key, charts.VOTES[0])
    reason = wording.hidden(row.hidden or "small") if row.share is None else ""
    return charts.Dot(
        row.label,
        row.share,
        row.low,
        row.high,
        wording.percent(row.share),
        wording.margin(row.low, row.high),
        reason,
        colour,
        marker,
    )


def _picture(found: QuestionFindings, title: str, svg: str, tables: Sequence[Table], name: str = "") -> Picture:
    told = ". ".join(
        f"{table.label}: {wording.described(table)}" if len(tables) > 1 else wording.described(table)
        for table in tables
    )
    alone = len(tables) == 1
    n = wording.counted(tables[0]) if alone and tables[0].n is not None else ""
    whose = wording.whose(found)
    answers = t("Antwoorden {whose}.", whose=whose) if whose else ""
    return Picture(
        id=name or found.id,
        title=title,
        alt=" ".join(
            part for part in (t("Grafiek bij de vraag: {question}", question=found.text), answers, f"{told}.") if part
        ),
        svg=svg,
        n=" ".join([found.text, ", ".join(part for part in (n, whose) if part)]).strip(),
        tables=(
            grid(tables[0], found.text, overlaps(found, tables[0]))
            if alone
            else matrix(found.text, t("Waarover"), tables),
        ),
    )


def _silent(found: QuestionFindings, title: str, tables: Sequence[Table]) -> Picture:
    """A question of which nothing may be drawn: its title says so, its tables say what may be said."""
    drawn = _picture(found, title, "", tables)
    return replace(drawn, tables=()) if all(_is_silent(table) for table in tables) else drawn


def _chosen(found: QuestionFindings, question: Question, tables: Sequence[Table]) -> Picture:
    """Choices that have no order, each with its interval."""
    overlap = question.form.startswith("multi")
    table = tables[0]
    title = wording.finding(table, question.apart, overlap)
    if not _is_shown(table):
        return _silent(found, title, tables)
    rows = list(table.rows)
    if overlap:
        rows.sort(key=lambda row: (row.key in question.apart, row.share is None, -(row.share or 0.0)))
    style = charts.vote_style(question.keys, question.apart) if found.is_vote else None
    if style is None:
        style = dict.fromkeys(question.apart, charts.BLANK)
    return _picture(found, title, charts.dots([_dot(row, style) for row in rows], half=found.is_vote), tables)


def _is_ordered(question: Question) -> bool:
    """Judgements have numbers for keys, or are of a type that has an order; choices have words."""
    plain = [key for key in question.keys if key not in question.apart]
    return question.type in ("likert", "statement") or _are_numbers(plain)


def _are_numbers(keys: Sequence[str]) -> bool:
    return all(key.lstrip("-").isdigit() for key in keys)


def _judged(found: QuestionFindings, question: Question) -> Picture:
    tables = [table for table in found.tables if _is_shown(table)]
    alone = len(found.tables) == 1
    if not tables or (not alone and all(_is_unsure(table) for table in tables)):
        return _silent(found, wording.findings_of_items(found.tables, question.apart), found.tables)
    if alone and _is_unsure(tables[0]):
        return _chosen(found, question, tables)
    title = wording.findings_of_items(found.tables, question.apart)
    keys = [key for key in question.keys if key not in question.apart]
    return _picture(found, title, _bars(found.tables, keys), found.tables)


def _directions(found: QuestionFindings, question: Question) -> Iterator[Picture | Paragraph]:
    """Of what people notice most: is that good or bad?"""
    shown = [table for table in found.tables[1:] if _is_shown(table) and not _is_unsure(table)]
    silent = [table for table in found.tables[1:] if table not in shown]
    if shown:
        shown.sort(key=lambda table: -(table.n or 0))
        keys = [option.key for option in question.directions]
        if not _are_numbers(keys):
            keys = [keys[0], *keys[2:], *keys[1:2]]  # good and bad come first, what is both stands between them
        title = wording.findings_of_items(shown, ())
        yield _picture(found, title, _bars(shown, keys), shown, f"{found.id}-richting")
    if silent:
        names = wording.listed([wording.quoted(table.label) for table in silent])
        yield Paragraph(
            t("Over {names} zijn te weinig antwoorden om te tonen of mensen dat goed of slecht vinden.", names=names)
        )


def _is_unsure(table: Table) -> bool:
    """Some answer has no share although it may be counted: a bar of the others would say too much."""
    return any(row.hidden in ("few", "wide") for row in table.rows)


def _bars(tables: Sequence[Table], keys: Sequence[str]) -> str:
    """Judgements left and right of the middle: by sign where keys have one, else the lower and the upper half.

    Words have no number: then they stand in the question from high to low, as in every questionnaire of ours.
    """
    ordered = sorted(keys, key=int) if _are_numbers(keys) else [*reversed(keys)]
    half = len(ordered) // 2
    signed = _are_numbers(keys) and any(int(key) < 0 for key in ordered)
    low = [key for key in ordered if int(key) < 0] if signed else ordered[:half]
    high = [key for key in ordered if int(key) > 0] if signed else ordered[len(ordered) - half :]
    rest = [row.key for row in tables[0].rows if row.key not in (*low, *high)]
    colours = dict(zip(low[::-1], charts.judgement_colours(len(low), 0), strict=True))
    colours |= dict(zip(high, charts.judgement_colours(len(high), 1), strict=True))
    colours |= {key: charts.GREYS[min(place, 2)] for place, key in enumerate(rest)}
    bars = [_bar(table, low[::-1], high, rest, colours) for table in tables]
    legend = [_part(row, colours) for row in tables[0].rows]
    if any(part.colour == charts.NOT_SHOWN for bar in bars for part in bar.apart):
        legend.append(charts.Part(t("Niet getoond"), charts.NOT_SHOWN, 0.0, ""))
    return charts.diverging(bars, legend)


def _rows(table: Table, keys: Sequence[str]) -> list[Row]:
    return [row for key in keys for row in table.rows if row.key == key]


def _part(row: Row, colours: dict[str, str]) -> charts.Part:
    value = wording.percent(row.share) if row.share is not None else wording.not_shown()
    return charts.Part(row.label, colours[row.key], row.share or 0.0, value)


def _bar(
    table: Table, low: Sequence[str], high: Sequence[str], rest: Sequence[str], colours: dict[str, str]
) -> charts.Bar:
    """One bar. The shares that are shown leave room for those that are not: that room is drawn as such, unnamed."""
    label = f"{table.label} ({wording.counted(table)})"
    if not _is_shown(table) or _is_unsure(table):
        return charts.Bar(label, (), (), (), wording.hidden(_why(table)))

    def parts(keys: Sequence[str]) -> tuple[charts.Part, ...]:
        return tuple(_part(row, colours) for row in _rows(table, keys) if row.share is not None)

    apart = parts(rest)
    if any(row.share is None for row in table.rows):
        room = max(0.0, 1 - sum(row.share or 0.0 for row in table.rows))
        apart = (*apart, charts.Part(t("Niet getoond"), charts.NOT_SHOWN, room, ""))
    return charts.Bar(label, parts(low), parts(high), apart)


def _marks(found: QuestionFindings, question: Question) -> Picture:
    table = found.tables[0]
    rows = [row for row in table.rows if row.key not in question.apart]
    shown = found.mean is not None and found.mean.mean is not None
    title = wording.mark(found.mean) if shown else wording.finding(table, question.apart)
    if not any(row.share is not None for row in rows):
        return _silent(found, title, found.tables)
    bars = [charts.Column(row.label, row.share, _value(row)) for row in rows]
    note = f"– {wording.hidden('small')}" if any(row.share is None for row in rows) else ""
    svg = charts.columns(bars, _mean_dot(found.mean), question.low, question.high, note)
    return _picture(found, title, svg, found.tables)


def _mean_dot(mean: Mean | None) -> charts.Dot | None:
    if mean is None or mean.mean is None:
        return None
    bounds = f"{wording.number(mean.low, 1)}–{wording.number(mean.high, 1)}"
    return charts.Dot(t("gemiddeld"), mean.mean, mean.low, mean.high, wording.number(mean.mean, 1), bounds)


def _value(row: Row) -> str:
    return wording.DASH if row.share is None else wording.percent(row.share) if row.share else ""
