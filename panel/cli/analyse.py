"""The findings of anyone's survey file, without the service."""

from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

import deliberation.survey as survey_of
from deliberation.columns import SurveyError
from deliberation.crosstabs import SurveyQuestion
from deliberation.figures import Row, Thresholds
from deliberation.intervals import METHODS
from deliberation.sortition.frames.table import FrameError
from deliberation.survey import Survey
from deliberation.tabulation import decimals
from panel.cli.files import File, Out, names, number, stages, write_record
from panel.cli.survey_files import read_columns, read_invited, read_sizes

SHOWN = 12
LEAST = 0.0001
HIDDEN = {"small": "te klein om te tonen", "few": "te weinig antwoorden", "wide": "te onzeker"}


@click.command()
@click.argument("path", metavar="RESPONSES.csv", type=File)
@click.option("--population", "population_file", type=File, help="JSON: per column, per class, how many people.")
@click.option("--questions", required=True, metavar="COL,COL", help="Columns with one answer per person.")
@click.option("--strata", default="", metavar="COLUMN", help="By which people were drawn.")
@click.option("--rake", default="", metavar="COL,COL", help="Weigh until these columns are as the population.")
@click.option("--by", default="", metavar="COL,COL", help="Compare the groups in these columns.")
@click.option("--invited", "invited_file", type=File, help="CSV of everyone invited, or JSON as the population.")
@click.option("--floor", type=click.IntRange(1), default=10, show_default=True, help="The smallest count shown.")
@click.option("--interval", type=click.Choice(METHODS), default="beta", show_default=True, help="Of shares.")
@click.option(
    "--estimator",
    type=click.Choice(survey_of.ESTIMATORS),
    default="calibrate",
    show_default=True,
    help="Of standard errors after raking: as R's calibrate, or as R's rake.",
)
@click.option("--publish", is_flag=True, help="Round as the service does: safe to publish. No standard errors.")
@click.option("--full", is_flag=True, help="Hide nothing, not even small counts. For your own eyes.")
@click.option("--out", type=Out, required=True, help="Where the findings go.")
def analyse(
    path: Path,
    population_file: Path | None,
    questions: str,
    strata: str,
    rake: str,
    by: str,
    invited_file: Path | None,
    floor: int,
    interval: str,
    estimator: str,
    publish: bool,
    full: bool,
    out: Path,
) -> None:
    """Weighted tables with standard errors and intervals of a survey file: the method of the service for your data.

    Small counts are hidden, other figures are exact. Who knows the weights can sometimes work back from exact figures
    to a few people, so use --publish for figures to publish.
    """
    if publish and full:
        raise click.UsageError("Kies --publish of --full: waarin niets verborgen is, is niet om te publiceren.")
    try:
        with stages() as progress:
            progress.begin("Antwoorden lezen")
            margins = [name for name in dict.fromkeys([strata.strip(), *names(rake)]) if name]
            columns = read_columns(path, [*names(questions), *margins, *names(by)])
            population = read_sizes(population_file) if population_file else None
            invited = read_invited(invited_file, margins) if invited_file else None
            progress.begin("Tabellen maken")
            survey = survey_of.analyse(
                columns,
                list(dict.fromkeys(names(questions))),
                population=population,
                strata=strata.strip(),
                rake=list(dict.fromkeys(names(rake))),
                by=list(dict.fromkeys(names(by))),
                invited=invited,
                thresholds=Thresholds(floor=floor),
                interval=interval,
                estimator=estimator,
                publish=publish,
                full=full,
                progress=progress.share,
            )
            write_record(asdict(survey), out)
    except (FrameError, SurveyError) as error:
        raise click.ClickException(str(error)) from None
    show(survey, out)


def show(survey: Survey, out: Path) -> None:
    """A short table per question."""
    console = Console(highlight=False)
    for question in survey.questions[:SHOWN]:
        digits = decimals(question.n or 0, survey.thresholds.floor) - 2 if survey.rounded else 1
        console.print(Text(_title(question), style="bold"), soft_wrap=True)
        console.print(_grid(question, digits))
    if len(survey.questions) > SHOWN:
        click.echo(f"En nog {len(survey.questions) - SHOWN} vragen.")
    click.echo(f"{number(survey.answered)} van {number(survey.rows)} rijen tellen mee. {_weighed(survey)}")
    for merge in survey.weighting.merged:
        why = "in een ervan antwoordde niemand" if merge.reason == "nobody" else "een ervan is te klein"
        click.echo(f"Samengenomen bij {merge.variable}: {', '.join(merge.classes)}; {why}.")
    if survey.full:
        click.echo("Let op: er is niets verborgen. Deze cijfers zijn niet om te publiceren.")
    elif not survey.rounded:
        click.echo("Deze cijfers zijn exact: wie de gewichten kent, kan soms terugrekenen naar een paar mensen.")
        click.echo("Gebruik --publish voor cijfers om te publiceren.")
    click.echo(f"Alles staat in {out.name}.")


def _title(question: SurveyQuestion) -> str:
    people = "verborgen" if question.n is None else f"n = {number(question.n)}"
    value = question.mean and question.mean.mean
    mean = "" if value is None else f", gemiddeld {value:.1f}".replace(".", ",")
    return f"{question.id}, {people}{mean}"


def _grid(question: SurveyQuestion, digits: int) -> Grid:
    grid = Grid(box=None, show_header=False, padding=(0, 2, 0, 2))
    for row in question.table.rows:
        grid.add_row(Text(row.label), Text("" if row.count is None else number(row.count)), Text(_share(row, digits)))
    for split in question.splits:
        if split.test is not None:
            p = f"p = {_decimal(round(split.test.p, 4))}" if split.test.p >= LEAST else f"p < {_decimal(LEAST)}"
            grid.add_row(Text(f"naar {split.by}"), Text(""), Text(p))
    return grid


def _share(row: Row, digits: int) -> str:
    if row.share is None or row.low is None or row.high is None:
        return HIDDEN[row.hidden]
    share, low, high = (f"{100 * value:.{digits}f}".replace(".", ",") for value in (row.share, row.low, row.high))
    return f"{share} % ({low}–{high})"


def _decimal(value: float) -> str:
    return f"{value:.4g}".replace(".", ",")


def _weighed(survey: Survey) -> str:
    reasons = {
        "equal": "Alle antwoorden tellen even zwaar: er is niets om mee te wegen.",
        "too_few_answers": "Er is niet gewogen: er zijn te weinig antwoorden voor zoveel klassen.",
        "no_convergence": "Er is niet gewogen: de gewichten komen niet uit op de bevolking.",
        "empty_class": "Er is niet gewogen: een klasse heeft antwoorden of mensen, niet allebei.",
        "totals_disagree": "Er is niet gewogen: de totalen van de bevolking verschillen.",
    }
    if survey.weighting.weighted:
        on = " en ".join(survey.weighting.margins) or "de groepen van de loting"
        return f"Gewogen op {on}; samen zijn ze {number(round(survey.weighting.effective_n or 0))} antwoorden waard."
    return reasons.get(survey.weighting.reason, "Er is niet gewogen.")
