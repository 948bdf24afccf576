"""Makes the documents of one review, in a process of its own.

`python -m panel.reports.build FOLDER` reads {"findings": …, "facts": …} as JSON on standard input, with the facts in
English under "english" when an edition in English is wanted. It writes the folder and prints a line of progress per
step, and then one for each item of the method that is empty. Nothing but a whole report ever stands at that place.

`python -m panel.reports.build --findings` reads the input of the findings and prints the findings, both as JSON.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from panel.reports import chapters, data, summary
from panel.reports.archive import CHECKSUMS, ZIP, archive, checksums
from panel.reports.english import in_english
from panel.reports.facts import EMPTY_ITEM, Material, read_material
from panel.reports.findings import compute
from panel.reports.folder import save
from panel.reports.language import edition
from panel.reports.metadata import metadata
from panel.reports.method import missing_items
from panel.reports.page import render_page
from panel.reports.pdf import PdfError, render_pdf
from panel.reports.reactienota import reply_csv, reply_odt
from panel.reports.schema import results_schema

Files = dict[str, bytes]
Make = Callable[[Files], Files]  # what was made before -> what is made now


def build(document: Mapping[str, Any], folder: Path, tell: Callable[[str], None]) -> None:
    """Write the report's files to `folder`; what stood there is replaced at the end. Raises InputError, PdfError."""
    material = read_material(document)
    steps = _steps(material, in_english(document))
    files: Files = {}
    for number, (name, make) in enumerate(steps, 1):
        tell(f"{number}/{len(steps) + 1} {name}")
        files |= make(files)
    tell(f"{len(steps) + 1}/{len(steps) + 1} bewaren")
    save(files, folder)
    for item in missing_items(material):
        tell(f"{EMPTY_ITEM}{item}")


def _steps(material: Material, english: Material | None) -> list[tuple[str, Make]]:
    steps: list[tuple[str, Make]] = [
        ("rapport", partial(_edition, material, "")),
        ("open data", partial(_open_data, material)),
        ("reactienota", partial(_reply, material)),
        ("metagegevens en zip", partial(_archive, material)),
    ]
    if english:
        steps.insert(1, ("rapport in het Engels", partial(_edition, english, ".en")))
    return steps


def _edition(material: Material, ending: str, _: Files) -> Files:
    with edition(material.facts["language"]):
        report = chapters.document(material)
        return {
            f"report{ending}.html": render_page(report).encode(),
            f"report{ending}.pdf": render_pdf(report),
            f"summary{ending}.html": summary.page(material).encode(),
            f"summary{ending}.pdf": summary.pdf(material),
            f"vote{ending}.svg": chapters.vote_picture(material).svg.encode(),
        }


def _open_data(material: Material, _: Files) -> Files:
    return {
        "results.csv": data.results_csv(material).encode(),
        "results.json": data.results_json(material).encode(),
        "results.schema.json": data.as_json(results_schema()).encode(),
        "codebook.csv": data.codebook_csv(material).encode(),
        "datapackage.json": data.datapackage_json(material).encode(),
    }


def _reply(material: Material, _: Files) -> Files:
    return {"reply.odt": reply_odt(material), "reply.csv": reply_csv(material).encode()}


def _archive(material: Material, files: Files) -> Files:
    files = files | metadata(files, material.facts)
    return files | {CHECKSUMS: checksums(files), ZIP: archive(files, material.facts)}


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
