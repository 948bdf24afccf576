"""Makes the documents of one review, in a process of its own.

`python -m panel.reports.build FOLDER` reads {"findings": …, "facts": …} as JSON on standard input, writes the folder
and prints a line of progress per step. Nothing but a whole report ever stands at that place.

`python -m panel.reports.build --findings` reads the input of the findings and prints the findings, both as JSON.
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from panel.reports import chapters, data
from panel.reports.facts import read_material
from panel.reports.findings import compute
from panel.reports.page import render_page
from panel.reports.pdf import PdfError, render_pdf

STEPS = ("lezen", "grafieken", "webpagina", "PDF", "open data", "codeboek", "bewaren")


def build(document: Mapping[str, Any], folder: Path, tell: Callable[[str], None]) -> None:
    """Write the report's files to `folder`; what stood there is replaced at the end. Raises InputError, PdfError."""
    steps = iter(enumerate(STEPS, 1))

    def step() -> None:
        number, name = next(steps)
        tell(f"{number}/{len(STEPS)} {name}")

    step()
    material = read_material(document)
    step()
    made = chapters.document(material)
    files: dict[str, bytes] = {"vote.svg": chapters.vote_picture(material).svg.encode()}
    step()
    files["report.html"] = render_page(made).encode()
    step()
    files["report.pdf"] = render_pdf(made)
    step()
    files["results.csv"] = data.results_csv(material).encode()
    files["results.json"] = data.results_json(material).encode()
    step()
    files["codebook.csv"] = data.codebook_csv(material).encode()
    step()
    save(files, folder)


def save(files: dict[str, bytes], folder: Path) -> None:
    """All files or none: they are written beside the folder, which then takes their place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            (fresh / name).write_bytes(content)
        fresh.chmod(0o755)
        if folder.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
            folder.rename(old / "report")
            fresh.rename(folder)
            shutil.rmtree(old)
        else:
            fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def main(arguments: list[str], source: TextIO, target: TextIO) -> int:
    def tell(line: str) -> None:
        print(line, file=target, flush=True)

    if len(arguments) != 1:
        tell(str(__doc__))
        return 2
    try:
        document = json.load(source)
        if arguments == ["--findings"]:
            tell(json.dumps(asdict(compute(document)), ensure_ascii=False, sort_keys=True))
        else:
            build(document, Path(arguments[0]), tell)
    except (ValueError, PdfError) as error:
        sys.stderr.write(f"The report cannot be made: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdin, sys.stdout))
