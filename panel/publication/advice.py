from collections.abc import Mapping
from typing import Any

from deliberation.figures import Advice
from panel.reports.wording import advised


def describe_advice(advice: Mapping[str, Any], findings: Mapping[str, Any]) -> str:
    """One advice in words, as in the report."""
    question = next(question for question in findings["questions"] if question["id"] == advice["question"])
    labels = {table["key"]: table["label"] for table in question["tables"]}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in advice.items()
    }
    return advised(Advice(**values), question["text"], labels.get(advice["item"], ""))
