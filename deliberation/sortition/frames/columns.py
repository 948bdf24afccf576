"""Which of their columns is which of our fields."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence

from deliberation.sortition.frames.table import FrameError

FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "pseudoniem", "pseudonym", "pseudonymid", "volgnummer", "volgnr", "nummer", "nr", "persoonid",
           "personid", "persoonsnummer", "respondentnummer", "kenmerk", "sleutel", "key"),
    "name": ("naam", "name", "volledigenaam", "fullname", "aanschrijfnaam", "naamaanschrijving"),
    "first_name": ("voornaam", "voornamen", "roepnaam", "firstname", "givenname", "voorletters", "initialen"),
    "infix": ("tussenvoegsel", "tussenvoegsels", "voorvoegsel", "voorvoegsels", "infix"),
    "last_name": ("achternaam", "geslachtsnaam", "familienaam", "lastname", "surname", "familyname"),
    "email": ("email", "emailadres", "mail", "mailadres", "emailaddress"),
    "street": ("straat", "straatnaam", "street", "streetname", "openbareruimte", "naamopenbareruimte"),
    "house_number": ("huisnummer", "huisnr", "housenumber", "hnr"),
    "house_letter": ("huisletter", "houseletter", "hlt"),
    "house_addition": ("toevoeging", "huisnummertoevoeging", "huisnrtoevoeging", "addition", "houseaddition", "toev"),
    "postcode": ("postcode", "postalcode", "zip", "zipcode", "pc6", "pc"),
    "city": ("woonplaats", "woonplaatsnaam", "plaats", "plaatsnaam", "city", "town"),
    "birth_date": ("geboortedatum", "geboren", "birthdate", "dateofbirth", "dob", "gebdatum"),
    "age_class": ("leeftijdsklasse", "leeftijdscategorie", "leeftijdsgroep", "leeftijd", "ageclass", "agegroup",
                  "age"),
    "gender": ("geslacht", "geslachtsaanduiding", "gender", "sex"),
    "area": ("wijkcode", "wijk", "wijknaam", "area", "district", "gebied", "buurtcode", "buurt",
             "buurtnaam", "neighbourhood", "stadsdeel", "dorp", "kern"),
    "secrecy": ("geheimhouding", "geheim", "indicatiegeheim", "indicatiegeheimhouding", "secrecy", "confidential"),
    "language": ("taal", "language", "voorkeurstaal", "taalcode"),
    "deceased": ("overleden", "overlijdensdatum", "datumoverlijden", "deceased"),
    "moved": ("vertrokken", "verhuisd", "vertrekdatum", "datumvertrek", "moved", "uitgeschreven"),
}  # fmt: skip
"""Our fields and the names they go by, most telling first; letters and digits only, without case or accents."""
POSTAL = {"street", "house_number", "postcode", "city"}


def guess_mapping(header: Sequence[str]) -> dict[str, str]:
    """A proposal: our field -> their column, for every field that a column's name matches. Each column once.

    Of several candidates the most telling name wins (wijkcode before buurt).
    """
    columns = {_plain(name): name for name in reversed(header) if name}
    proposal: dict[str, str] = {}
    for our_field, names in FIELDS.items():
        if known := [name for name in names if name in columns]:
            proposal[our_field] = columns.pop(known[0])
    return proposal


def header_fingerprint(header: Sequence[str]) -> str:
    """SHA-256 (hex) of the column names, NFC, without case and sorted: the same for files of the same make."""
    names = sorted(unicodedata.normalize("NFC", name.casefold()) for name in header)
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()


def places(header: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """Our field -> place of its column. FrameError when a field or column does not exist, or id is not mapped."""
    found: dict[str, int] = {}
    for our_field, column in mapping.items():
        if our_field not in FIELDS:
            raise FrameError(f"Het veld ‘{our_field}’ bestaat niet. Kies een veld uit de lijst.")
        if column not in header:
            raise FrameError(f"De kolom ‘{column}’ staat niet in het bestand. Kies een kolom die er wel in staat.")
        if header.index(column) in found.values():
            raise FrameError(f"De kolom ‘{column}’ is twee keer gekozen. Kies elke kolom hoogstens één keer.")
        found[our_field] = header.index(column)
    if "id" not in found:
        raise FrameError(
            "Er is geen kolom met een eigen nummer (id) per persoon. Voeg die toe of wijs aan welke kolom dat is."
        )
    if "email" not in found and not POSTAL.issubset(found):
        raise FrameError(
            "Er is geen kolom met e-mailadressen, en straat, huisnummer, postcode en woonplaats zijn er niet "
            "alle vier. Voeg kolommen toe of wijs aan welke het zijn."
        )
    return found


def extra_places(header: Sequence[str], mapping: Mapping[str, str], extra: Sequence[str]) -> list[int]:
    """The places of columns that are none of our fields. FrameError when one does not exist or is used already."""
    found = list[int]()
    for name in extra:
        if name not in header:
            raise FrameError(f"De kolom ‘{name}’ staat niet in het bestand. Kies een kolom die er wel in staat.")
        if name in mapping.values() or header.index(name) in found:
            raise FrameError(f"De kolom ‘{name}’ is al gekozen. Kies elke kolom hoogstens één keer.")
        found.append(header.index(name))
    return found


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", letters)
