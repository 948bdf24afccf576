"""What a proposal says: the draft decision with the facts that residents need to judge it."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

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
    sources: str = ""
    indicators: tuple[str, ...] = ()
    decides: str = "de gemeenteraad"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Dossier":
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in content.items():
            values[name] = tuple(value) if isinstance(value, list) else value
        return cls(**{name: value for name, value in values.items() if name in known})

    def digest(self) -> str:
        """SHA-256 over the content as JSON with sorted keys."""
        text = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def missing(self) -> list[str]:
        """Codes of what must be there before residents can be asked, in the order of the form."""
        needed = ("question", "summary", "text", "goal", "values", "why_this", "why_so", "works", "better")
        codes = [name for name in (*needed, "indicators") if not getattr(self, name)]
        if len(self.summary.split()) > SUMMARY_WORDS:
            codes.append("summary_too_long")
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
        return codes
