"""All files of a report in one zip, under names that a clerk would give them, and what proves that they are whole."""

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import yaml

from panel.reports.facts import Facts
from panel.reports.templating import fill
from panel.settings import TEMPLATES
from panel.web.dutch import format_date

Files = Mapping[str, bytes]
ZIP = "tweede-mening.zip"
CHECKSUMS = "checksums.sha256"
READ_ONLY = 0o644 << 16


def checksums(files: Files) -> bytes:
    """A line for each file, as `sha256sum -c` reads them."""
    lines = (f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return "".join(lines).encode()


def archive(files: Files, facts: Facts) -> bytes:
    """The zip: the same bytes for the same files, dated on the day on which the findings were frozen."""
    known = {**dict.fromkeys(names(), ""), **dict.fromkeys(files, "")}
    inside = {called(name, facts): files[name] for name in known if name in files}
    inside = {"Leesmij.txt": readme(files, facts), **inside}
    return pack({**inside, CHECKSUMS: checksums(inside)}, date.fromisoformat(facts["frozen_on"]))


def pack(files: Files, day: date, stored: str = "") -> bytes:
    """A zip of these files in this order, all with this date; `stored`: which of them is not compressed."""
    stream = BytesIO()
    with ZipFile(stream, "w") as made:
        for name, content in files.items():
            entry = ZipInfo(name, (day.year, day.month, day.day, 12, 0, 0))
            entry.compress_type = ZIP_STORED if name == stored else ZIP_DEFLATED
            entry.create_system = 3  # the same on every machine
            entry.external_attr = READ_ONLY
            made.writestr(entry, content)
    return stream.getvalue()


def readme(files: Files, facts: Facts) -> bytes:
    """What each file is, as text that every editor shows well."""
    text = fill(
        "leesmij.txt",
        title=facts["title"],
        council=facts["council_name"],
        frozen_on=format_date(date.fromisoformat(facts["frozen_on"])),
        address=facts["public_url"],
        contact=facts["contact"],
        listed=[(called(name, facts), meaning) for name, (_, meaning) in names().items() if name in files],
    )
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def called(name: str, facts: Facts) -> str:
    """The name of a file in the zip: of a reply also whether it is there yet."""
    made = PurePosixPath(zipped(name))
    waits = name.startswith("reply.") and not facts["replies"]
    return str(made.with_stem(f"{made.stem} (in te vullen)") if waits else made)


def zipped(name: str) -> str:
    """The name that a clerk would give to a file."""
    return names()[name][0] if name in names() else f"Metagegevens/{PurePosixPath(name).name}"


@cache
def names() -> dict[str, tuple[str, str]]:
    """Of every file that a report may have: its name in the zip, and what it is."""
    listed = yaml.safe_load((TEMPLATES / "reports" / "archive.yaml").read_text("utf-8"))
    return {name: (known, meaning) for name, (known, meaning) in listed.items()}
