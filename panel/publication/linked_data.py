"""A published review as schema.org tells it, for search engines and catalogues of open data."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from panel.proposals.dossier import Dossier
from panel.publication.announced import PUBLIC
from panel.publication.files import Download
from panel.reviews.models import Review, State
from panel.settings import Settings
from panel.web.dutch import local

OPEN_DATA = ("results.csv", "results.json")


def linked_data(
    settings: Settings, review: Review, dossier: Dossier, moments: Mapping[str, datetime], files: Iterable[Download]
) -> dict[str, Any]:
    """The report and its open data as JSON-LD. The address of the page is what both are known by."""
    here = f"{settings.base_url}/t/{review.id}"
    council = {"@type": "GovernmentOrganization", "name": settings.council_name, "url": settings.base_url}
    asked = f"Vervolg: {dossier.question}" if review.follows_id else dossier.question
    published = moments[State.PUBLISHED]
    shared = {
        "about": dossier.title,
        "publisher": council,
        "datePublished": _day(published),
        "dateModified": _day(max(at for state, at in moments.items() if state in PUBLIC)),
        "isAccessibleForFree": True,
    }
    report = {
        **shared,
        "@type": "Report",
        "@id": f"{here}#rapport",
        "name": asked,
        "url": here,
        "inLanguage": "nl",
        "author": council,
        "encoding": [_file("MediaObject", here, one) for one in files if one.address.startswith("report.")],
    }
    data = {
        **shared,
        "@type": "Dataset",
        "@id": f"{here}#cijfers",
        "name": f"Cijfers bij: {asked}",
        "description": f"Wat gelote inwoners vonden van ‘{dossier.title}’: aandelen met hun marge, per vraag en "
        "per groep. Kleine aantallen zijn weggelaten.",
        "url": here,
        "inLanguage": "nl",
        "creator": council,
        "isPartOf": {"@id": f"{here}#rapport"},
        "temporalCoverage": f"{_day(moments[State.OPEN])}/{_day(moments[State.CLOSED])}",
        "distribution": [_file("DataDownload", here, one) for one in files if one.address in OPEN_DATA],
    }
    return {"@context": "https://schema.org", "@graph": [report, data]}


def _file(kind: str, here: str, file: Download) -> dict[str, Any]:
    return {
        "@type": kind,
        "contentUrl": f"{here}/{file.address}",
        "encodingFormat": file.media_type.split(";")[0],
        "contentSize": str(file.bytes),
        "inLanguage": file.language,
    }


def _day(moment: datetime) -> str:
    return local(moment).date().isoformat()
