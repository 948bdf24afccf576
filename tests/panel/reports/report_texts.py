"""Every text that a report says by itself, as it stands in the code, the templates and words.yaml."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from panel.reports.wording import sentences

ROOT = Path(__file__).parents[3]
IN_A_TEMPLATE = re.compile(r'\bt\("([^"]+)"')


def in_code() -> Iterator[str]:
    for path in sorted((ROOT / "panel" / "reports").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t" and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield first.value


def in_templates() -> Iterator[str]:
    for suffix in ("html", "typ"):
        for path in sorted((ROOT / "templates" / "reports").glob(f"*.{suffix}")):
            yield from IN_A_TEMPLATE.findall(path.read_text("utf-8"))


def in_words() -> Iterator[str]:
    for kind in sentences().values():
        yield from kind.values()


def texts() -> list[str]:
    """Each once, in the order in which they are found."""
    return list(dict.fromkeys([*in_code(), *in_templates(), *in_words()]))
