"""The files of a published report: what each is called, and who may keep it."""

from dataclasses import dataclass
from pathlib import Path, PurePath

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse

from panel.reports.actions import report_folder
from panel.reports.archive import ZIP, zipped
from panel.reviews.models import Review
from panel.settings import Settings
from panel.web.caching import file_of
from panel.web.display import DUTCH, ENGLISH, Language
from panel.web.security import REPORT_POLICY

# In the order in which people look for them; not every report has them all.
DOWNLOADS = (
    *(ZIP, "report.html", "report.pdf", "summary.html", "summary.pdf"),
    *("report.en.html", "report.en.pdf", "summary.en.html", "summary.en.pdf"),
    *("results.csv", "codebook.csv", "results.json", "results.schema.json", "datapackage.json"),
    *("reply.odt", "reply.csv", "checksums.sha256"),
)
METADATA = "metadata"
VOTES = {"nl": "vote.svg", "en": "vote.en.svg"}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".svg": "image/svg+xml",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".xml": "application/xml",
    ".zip": "application/zip",
    ".sha256": "text/plain; charset=utf-8",
}
KINDS = {".sha256": "TXT", ".jsonld": "JSON-LD"}
KILO = 1_000


@dataclass(frozen=True)
class Download:
    """`address` is below the page of the review."""

    address: str
    kind: str
    bytes: int
    media_type: str
    language: str

    @property
    def size(self) -> str:
        """In whole units, as a file manager shows it."""
        if self.bytes < KILO:
            return f"{self.bytes} B"
        return f"{round(self.bytes / KILO)} kB" if self.bytes < KILO**2 else f"{round(self.bytes / KILO**2)} MB"


def downloads_of(settings: Settings, review: Review) -> list[Download]:
    """What there is, in its order; the metadata comes last."""
    folder = report_folder(settings, review)
    metadata = sorted(f"{METADATA}/{file.name}" for file in (folder / METADATA).glob("*") if file.suffix in TYPES)
    return [_download(folder, name) for name in (*DOWNLOADS, *metadata) if (folder / name).is_file()]


def _download(folder: Path, address: str) -> Download:
    suffix = Path(address).suffix
    kind = KINDS.get(suffix, suffix.removeprefix(".").upper())
    language = "en" if ".en." in address else "nl"
    return Download(address, kind, (folder / address).stat().st_size, TYPES[suffix], language)


def picture_of_vote(settings: Settings, review: Review, language: Language) -> tuple[str, Language]:
    """Its address, and the language that it is in: there is one in English when the report is."""
    english = (report_folder(settings, review) / VOTES[ENGLISH]).is_file()
    told: Language = language if english else DUTCH
    return VOTES[told], told


def file_response(request: Request, review: Review, address: str) -> FileResponse:
    """One of the files of a report, under a name that says of which review it is."""
    settings: Settings = request.app.state.settings
    file = report_folder(settings, review) / address
    listed = {one.address for one in downloads_of(settings, review)}
    if address not in listed and not (address in VOTES.values() and file.is_file()):
        raise HTTPException(404)
    headers = {"Content-Security-Policy": REPORT_POLICY} if file.suffix == ".html" else {}
    called = PurePath(zipped(address)).name.lower().replace(" ", "-")
    return file_of(file, TYPES[file.suffix], f"tweede-mening-{review.id}-{called}", headers)
