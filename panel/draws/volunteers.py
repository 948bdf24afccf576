"""A panel from volunteers: who goes by which name in public, the two lists that an inspector sees, and the draw.

In public a volunteer goes by a token: the first twelve signs of SHA-256 (hex) of his salt, which is the secret behind
the code in his letter. So who has a code finds himself in the record, and nobody else finds him.
"""

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deliberation.sortition.frames.table import read_table, table_digest
from deliberation.sortition.merkle import salt
from deliberation.sortition.randomness import Randomness
from deliberation.sortition.volunteers.panel_record import pool_root
from deliberation.sortition.volunteers.pool_files import read_people, read_targets
from deliberation.sortition.volunteers.quotas import Pool, Target, group
from panel.draws.classes import groups_for
from panel.draws.lot import Chosen, Lot
from panel.draws.proof import code_of
from panel.draws.target_files import write_csv
from panel.draws.targets import Volunteers, kept, volunteers_of
from panel.people.columns import HOUSEHOLD, ID, OWN
from panel.people.models import Draw, Person, current_draw
from panel.reviews.models import Review
from panel.web.messages import Refused
from panel.web.process import run

TOKEN_SIGNS = 12
PROCESS = "panel.draws.process"


@dataclass(frozen=True)
class Papers:
    """`people`, `categories`: CSV, to make the draw again. `salts`, `tokens`: pseudonym → secret, public name."""

    people: bytes
    categories: bytes
    salts: Mapping[str, str]
    tokens: Mapping[str, str]


def token_of(salt_: str) -> str:
    return hashlib.sha256(salt_.encode()).hexdigest()[:TOKEN_SIGNS]


def papers_of(volunteers: Volunteers, targets: Sequence[Target], key: bytes) -> Papers:
    """Raises ValueError when two people get the same token: then another key is needed."""
    salts = {id_: salt(key, id_) for id_ in volunteers.features}
    tokens = {id_: token_of(secret) for id_, secret in salts.items()}
    if len(set(tokens.values())) < len(tokens):
        raise ValueError("two tokens are the same")
    used = list(dict.fromkeys(target.category for target in targets))
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow([ID, HOUSEHOLD, *used])
    for id_ in sorted(tokens, key=tokens.__getitem__):
        own = volunteers.features[id_]
        rows.writerow([tokens[id_], volunteers.homes.get(id_, ""), *(own[category] for category in used)])
    return Papers(out.getvalue().encode(), write_csv(targets), salts, tokens)


def facts_and_pool(
    people: bytes, categories: bytes, source: Mapping[str, Any] | None
) -> tuple[dict[str, object], Pool]:
    """What may be known of the two lists, as `samenspraak draw verify` finds it, and their people grouped."""
    table, listed = read_table(people), read_table(categories)
    targets = read_targets(listed)
    found = read_people(table, targets, ID, [HOUSEHOLD])
    facts: dict[str, object] = {
        "reading": {"id_column": ID, "address": [HOUSEHOLD], "source": source},
        "digest": table_digest(table),
        "targets_digest": table_digest(listed),
        "count": len(found.features),
    }
    return facts, group(found.features, targets, found.homes)


async def make_panel_draw(review: Review, draw: Draw, randomness: Randomness) -> Lot:
    """Let the lot choose one of the frozen panels, outside any unit of work. Raises Refused when people changed."""
    volunteers, papers = await _papers(review, draw)
    document = {
        "do": "choose",
        "people": papers.people.decode(),
        "categories": papers.categories.decode(),
        "frozen": draw.frozen,
        "lot": [randomness.kind, randomness.text],
    }
    told = json.loads((await run([PROCESS], document))[-1])
    if "trouble" in told:
        raise Refused("people.frame_changed")
    return await asyncio.to_thread(_lot, review, draw, volunteers, papers, told["record"])


def _lot(review: Review, draw: Draw, volunteers: Volunteers, papers: Papers, record: Mapping[str, Any]) -> Lot:
    seated = set(record["panel"])
    chosen = {
        id_: person for id_, person in people_of(volunteers, papers, review.sample_size).items()
        if person.token in seated
    }  # fmt: skip
    rows = [
        [*row, sum(volunteers.features[id_].get(row[0]) == row[1] for id_ in chosen)]
        for row in draw.composition or []
    ]
    return Lot(draw, chosen, record, rows)


def people_of(volunteers: Volunteers, papers: Papers, size: int) -> dict[str, Chosen]:
    """Everybody as the member that he is or would be."""
    ids = list(volunteers.features)
    cells = [tuple(volunteers.features[id_][name] for name in OWN.values()) for id_ in ids]
    groups = groups_for(cells, size)
    return {
        id_: Chosen(classes, code_of(papers.salts[id_]), None, papers.tokens[id_])
        for id_, classes in zip(ids, groups, strict=True)
    }


def composition(volunteers: Volunteers, targets: Sequence[Target]) -> list[list[object]]:
    """How many volunteers there are of each feature that has a target."""
    counts = volunteers.counts
    return [[target.category, target.feature, counts[target.category][target.feature]] for target in targets]


async def _papers(review: Review, draw: Draw) -> tuple[Volunteers, Papers]:
    """The lists that were frozen. Refuses when they are not there any more, or differ."""
    volunteers = await volunteers_of(review)
    targets = kept(volunteers.frame)
    if targets is None or draw.salt_key is None:
        raise Refused("people.no_list")
    papers = await asyncio.to_thread(papers_of, volunteers, targets, bytes(draw.salt_key))
    return volunteers, papers


async def panel_papers(review: Review) -> tuple[Draw, Volunteers, Papers]:
    """Of the draw that counts, as long as its secrets exist."""
    draw = await current_draw(review)
    if draw is None or not draw.from_volunteers:
        raise Refused("people.no_list")
    return draw, *(await _papers(review, draw))


async def list_of_codes(review: Review) -> bytes:
    """For letters to everybody who volunteered: with a code they find their own place in the draw."""
    _, _, papers = await panel_papers(review)
    people = await Person.filter(frame__review=review).order_by("pseudonym")
    out = io.StringIO(newline="")
    rows = csv.writer(out, delimiter=";")
    rows.writerow(["naam", "e-mail", "adres", "code"])
    for person in people:
        code = code_of(papers.salts[person.pseudonym])
        rows.writerow([person.name, person.email, person.address, code])
    return ("\ufeff" + out.getvalue()).encode()


def root_fits(frozen: Mapping[str, Any], pool: Pool) -> bool:
    return bool(pool_root(pool) == frozen["root"])
