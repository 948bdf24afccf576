"""What the program of unlinking.py makes of many reviews: while they are open, and after they closed.

`python -m tests.panel.answers.measure_unlinking [--reviews 10] [--database sqlite|postgres]`
"""

import argparse
import asyncio
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from panel.settings import Settings
from tests.databases import KINDS, SECRET, Urls, fresh_databases
from tests.panel.answers.digests import IN_A_FILE, linked
from tests.panel.answers.found import Found, arrange, look
from tests.panel.answers.story import log_kept, told
from tests.panel.answers.unlinking import Score

console = Console(width=118, highlight=False)
Line = tuple[str, str]  # when, and which two kinds of things


async def _evidence(settings: Settings, seed: int) -> dict[str, Found]:
    with log_kept() as log:
        async with told(settings, seed) as story:
            whole = await look(story, log.getvalue())
            alone = arrange(story, whole.evidence.without_vault(), watched=False)
            await story.close()
            return {"open": whole, "open, main alone": alone, "closed": await look(story, log.getvalue())}


def _by_digest(found: Found) -> int:
    places = linked(found.evidence, found.members, found.kinds, list(found.texts))
    return sum(any(number != IN_A_FILE for _, number in of_one) for of_one in places)


def _settings(var: Path, urls: Urls) -> Settings:
    var.mkdir()
    return Settings(
        secret_key=SECRET,
        var=var,
        database_url=urls.main,
        vault_url=urls.vault,
        worker=False,
        smtp_tls="none",
        reminder_rest_hours=0,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reviews", type=int, default=10)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    asked = parser.parse_args()
    scores, digests = defaultdict[Line, list[Score]](list), defaultdict[str, list[int]](list)
    with TemporaryDirectory(prefix="unlinking-") as name:
        make = fresh_databases(asked.database, Path(name))
        for seed in range(asked.reviews):
            for when, found in asyncio.run(_evidence(_settings(Path(name) / f"var-{seed}", make()), seed)).items():
                digests[when].append(_by_digest(found))
                for kinds, one in found.scores(seed).items():
                    scores[when, kinds].append(one)
            console.print(
                f"review {seed + 1} of {asked.reviews}", {when: found[-1] for when, found in digests.items()}
            )
    table = Table("when", "joined", "pairs", "chance", "most hits", "limit", "above", title=asked.database)
    for (when, kinds), found_ in scores.items():
        hits, above = [one.hits for one in found_], sum(one.beyond() for one in found_)
        chance = sum(one.chance for one in found_) / len(found_)
        limit = max(one.limit for one in found_)
        pairs, most = found_[0].pairs, f"{max(hits)} (mean {sum(hits) / len(hits):.1f})"
        table.add_row(when, kinds, str(pairs), f"{chance:.1f}", most, str(limit), f"{above} of {len(found_)}")
    console.print(table)
    console.print("Members joined to a ballot or a text by digest:", dict(digests))


if __name__ == "__main__":
    main()
