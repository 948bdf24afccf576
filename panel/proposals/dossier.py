"""What a proposal says: the draft decision with the facts that residents need to judge it."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from panel.proposals.articles import Article, articles

KINDS = {
    "verordening": "Verordening",
    "beleidsplan": "Beleidsplan",
    "beleidsregel": "Beleidsregel",
    "overig": "Ander raadsvoorstel",
}
LAWS = {
    "wmo": "Wmo 2015 (hulp thuis)",
    "jeugdwet": "Jeugdwet",
    "participatiewet": "Participatiewet (bijstand)",
    "schuldhulp": "Wet gemeentelijke schuldhulpverlening",
}
SUMMARY_WORDS = 400
MOST_VALUES = 3
ONLY_DUTCH = ("text", "claims", "sources")  # of what members read


@dataclass(frozen=True)
class Claim:
    """A fact in the proposal, where it comes from, and of which day that is (ISO)."""

    claim: str
    source: str = ""
    link: str = ""
    date: str = ""

    @property
    def day(self) -> datetime.date | None:
        try:
            return datetime.date.fromisoformat(self.date)
        except ValueError:
            return None


@dataclass(frozen=True)
class English:
    """The same as in the dossier, for who reads little Dutch. What is empty is read in Dutch."""

    title: str = ""
    question: str = ""
    summary: str = ""
    goal: str = ""
    monday: str = ""
    fixed: str = ""
    still_open: str = ""
    decides: str = ""
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dossier:
    title: str
    kind: str = "overig"
    question: str = ""  # what is asked of the panel, in one sentence
    summary: str = ""
    text: str = ""
    goal: str = ""
    values: tuple[str, ...] = ()
    why_this: str = ""
    why_so: str = ""
    works: str = ""
    better: str = ""
    monday: str = ""  # what changes next Monday: the story of one person
    fixed: str = ""
    still_open: str = ""
    laws: tuple[str, ...] = ()
    hardship: str = ""
    paperwork: str = ""
    claims: tuple[Claim, ...] = ()
    sources: str = ""  # as they were written down before there were claims
    indicators: tuple[str, ...] = ()
    decides: str = "de gemeenteraad"
    english: English = English()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Dossier":
        """Also of what was saved when there were fewer fields, or others."""
        known = _known(cls, content)
        claims = tuple(Claim(**_known(Claim, claim)) for claim in content.get("claims", ()))
        return cls(**known | {"claims": claims, "english": English(**_known(English, content.get("english", {})))})

    def digest(self) -> str:
        """SHA-256 over the content as JSON with sorted keys."""
        text = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def in_language(self, language: str) -> "Dossier":
        """What a member reads who chose this language: Dutch where there is nothing else."""
        if language != "en":
            return self
        return replace(self, **{name: getattr(self.english, name) for name in self._translated()})

    def untranslated(self, language: str) -> frozenset[str]:
        """The fields that a member who chose this language reads in Dutch."""
        if language != "en":
            return frozenset()
        names = {*(field.name for field in fields(English)), *ONLY_DUTCH} - self._translated()
        return frozenset(name for name in names if getattr(self, name))

    def _translated(self) -> set[str]:
        names = {field.name for field in fields(English)}
        if len(self.english.indicators) != len(self.indicators):
            names.remove("indicators")
        return {name for name in names if getattr(self, name) and getattr(self.english, name)}

    def articles(self) -> list[Article]:
        """The text in the parts in which it is read."""
        return articles(self.text)

    def fillings(self) -> dict[str, Any]:
        """For deliberation.filling.fill: pairs of Dutch and English, and the keys of the founding values."""
        english = self.in_language("en")
        return {
            "doel": (self.goal, english.goal),
            "grondwaarden": self.values,
            "indicatoren": tuple(zip(self.indicators, english.indicators, strict=True)),
        }

    def only_dutch(self, language: str) -> tuple[str, ...]:
        """Of what a questionnaire was filled with: what stands in Dutch between questions in this language."""
        filled = self.fillings()
        pairs = (filled["doel"], *filled["indicatoren"]) if language == "en" else ()
        return tuple(dutch for dutch, english in pairs if dutch == english)

    def missing(self) -> list[str]:
        """Codes of what must be there before residents can be asked, in the order of the form."""
        needed = ("question", "summary", "text", "goal", "values", "why_this", "why_so", "works", "better")
        codes = [name for name in (*needed, "indicators") if not getattr(self, name)]
        if len(self.summary.split()) > SUMMARY_WORDS:
            codes.append("summary_too_long")
        if len(self.english.summary.split()) > SUMMARY_WORDS:
            codes.append("english_summary_too_long")
        return codes

    def remarks(self) -> list[str]:
        """Codes of what deserves a second look; none of them stops anything."""
        codes = []
        if not self.hardship:
            codes.append("no_hardship_clause")
        if not self.paperwork:
            codes.append("no_paperwork")
        if len(self.laws) == 1 and len(self.values) > 2:
            codes.append("one_law_many_areas")
        if not (self.claims or self.sources):
            codes.append("no_sources")
        if self.english == English():
            codes.append("no_english")
        return codes


def _known(kind: type[Dossier | Claim | English], content: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in content.items() if name in names
    }
