"""The proposal of the demonstration: our own, or any text in Markdown."""

from pathlib import Path
from typing import Any

import yaml

from panel.demo.browser import Values
from panel.settings import TEMPLATES

OWN = TEMPLATES / "demo" / "eigen-bijdrage.md"
NOTE = "Ingevuld voor de demonstratie; in het echt vult de steller dit in."


def read_proposal(file: Path | None) -> Values:
    """The fields of the proposal's form. A bare text gets answers that say they are there for the demonstration."""
    text = (file or OWN).read_text(encoding="utf-8")
    facts: dict[str, Any] = {}
    if text.startswith("---\n"):
        head, text = text.removeprefix("---\n").split("\n---\n", 1)
        facts = yaml.safe_load(head)
    else:
        facts = _facts_of_bare_text(text)
    english = {f"english_{name}": value for name, value in facts.pop("english", {}).items()}
    claims = {
        f"{name}_{row}": value
        for row, claim in enumerate(facts.pop("claims", ()), 1)
        for name, value in claim.items()
    }
    return {name: _typed(name, value) for name, value in (facts | claims | english | {"text": text.strip()}).items()}


def _typed(name: str, value: Any) -> list[str]:
    if name.endswith("indicators"):
        return ["\n".join(value)]
    return value if isinstance(value, list) else [str(value)]


def _facts_of_bare_text(text: str) -> dict[str, Any]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    title = next((line.lstrip("# ") for line in lines if line.startswith("#")), lines[0] if lines else "Voorstel")[
        :300
    ]
    body = " ".join(" ".join(line for line in lines if not line.startswith("#")).split()[:120])
    return {
        "title": title,
        "kind": "verordening" if "verordening" in title.lower() else "overig",
        "question": "Wat vindt u van dit voorstel?",
        "goal": f"uitvoeren wat er staat in ‘{title}’"[:300],
        "values": ["inkomen", "meedoen"],
        "laws": ["participatiewet"],
        "why_this": NOTE,
        "why_so": NOTE,
        "works": NOTE,
        "better": NOTE,
        "summary": f"Dit is het begin van het voorstel:\n\n{body} …",
        "indicators": ["Hoeveel mensen ermee te maken krijgen", "Hoeveel bezwaren er zijn"],
    }
