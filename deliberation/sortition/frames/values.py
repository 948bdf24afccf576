"""One cell of the municipality's file -> one clean value, or a refusal with the sentence that helps."""

import re
import unicodedata
from datetime import date

from deliberation.sortition.frames.table import MISSING

AGE_CLASSES = ((0, 15), (16, 24), (25, 34), (35, 49), (50, 64), (65, 74))
OLDEST_CLASS, OLDEST = "75+", 125
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+[A-Za-z][A-Za-z0-9-]{{1,62}}")
POSTCODE = re.compile(r"([1-9][0-9]{3})((?!SA|SD|SS)[A-Z]{2})")
HOUSE_NUMBER = re.compile(r"0*([1-9][0-9]{0,4})(?:[ -]*([^\W\d_][\w -]{0,9})|[ -]+([0-9]{1,4}))?")
MIDNIGHT = r"(?:[ T]0?0:00(?::00(?:\.0+)?)?)?"  # a spreadsheet adds the time to a date
BIRTH_DATES = (
    re.compile(rf"(?P<y>[0-9]{{4}})-(?P<m>[0-9]{{2}})-(?P<d>[0-9]{{2}}){MIDNIGHT}"),
    re.compile(rf"(?P<d>[0-9]{{1,2}})-(?P<m>[0-9]{{1,2}})-(?P<y>[0-9]{{4}}){MIDNIGHT}"),
    re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
)
WRONG_DATE = "birth_date", "birth_date", "dit is geen geboortedatum. Gebruik jaar-maand-dag, zoals 1980-05-31."
AGES = re.compile(
    r"([0-9]{1,3})(?: jaar)?(?: ?(-|–|t/m|tot en met|tot) ?([0-9]{1,3})| ?(\+|en ouder|of ouder))?(?: jaar)?"
)
AREA_CODE, WHOLE_AREA_CODE = (
    re.compile(r"(?:GM|WK|BU)\d.*"),
    re.compile(r"GM\d{4}|WK\d{4}[0-9A-Z]{2}|BU\d{4}[0-9A-Z]{4}", re.ASCII),
)
GENDERS = {"m": "M", "man": "M", "male": "M", "v": "V", "vrouw": "V", "female": "V", "f": "V", "x": "X", "o": "X"}
NO, YES = {"", "n", "nee", "no", "0", "false"}, {"j", "ja", "y", "yes", "1", "true"}
SECRET = YES | set("234567")
SERIAL_DATE = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?")
SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
# 12-1, as a spreadsheet changes it: 12-jan
MONTHS = frozenset(["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"])
FORMULA = frozenset("=+@#")  # also a formula that failed: #REF!
BROKEN_LETTERS = re.compile("\ufffd|\u00c3[\u0080-\u00bf\u0152-\u2122]|\u00e2\u20ac")  # UTF-8 read as Windows-1252
UNSEEN = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))
LONGEST = {"id": 80, "name": 200, "street": 100, "house_number": 20, "city": 80, "area": 80, "language": 40}


class RowError(ValueError):
    """Why a row was not taken: our field, a code, and the Dutch sentence that says what to do."""

    def __init__(self, our_field: str | None, code: str, sentence: str) -> None:
        super().__init__(code)
        self.our_field, self.code, self.sentence = our_field, code, sentence


def clean(cell: str) -> str:
    """NFC, single spaces, nothing unseen; a lone full stop is CBS's missing value."""
    if not cell.isascii():
        cell = unicodedata.normalize("NFC", cell.translate(UNSEEN))
    value = " ".join(cell.split())
    return "" if value in MISSING else value


def text(our_field: str, cell: str) -> str:
    """Words that are kept as they are, unless a spreadsheet or a wrong encoding made something else of them."""
    value = clean(cell)
    if value[:1] in FORMULA:
        raise RowError(
            our_field,
            "formula",
            "hier staat een formule of foutmelding van een rekenprogramma. Zet er de waarde zelf.",
        )
    if len(value) > LONGEST[our_field]:
        most = LONGEST[our_field]
        raise RowError(our_field, "too_long", f"dit vak is te lang. Gebruik hoogstens {most} tekens.")
    if not value.isascii() and BROKEN_LETTERS.search(value):
        raise RowError(
            our_field, "broken_letters", "de letters met een accent zijn kapot. Sla het bestand op als CSV UTF-8."
        )
    return value


def number_of_person(cell: str) -> str:
    value = text("id", cell)
    if value[:1].isdigit() and SCIENTIFIC.fullmatch(value):
        raise RowError(
            "id",
            "scientific",
            "een rekenprogramma heeft dit nummer afgerond. Maak van de kolom tekst en vul die opnieuw.",
        )
    return value


def full_name(cells: tuple[str, ...]) -> str | None:
    """From the whole name, or else first name, infix and last name."""
    name, *parts = cells
    return text("name", name) or " ".join(filter(None, (text("name", part) for part in parts if part))) or None


def house(cells: tuple[str, ...]) -> tuple[str | None, str]:
    """House number, and what follows it: from the same cell, then house letter, then addition."""
    number, rest = house_number(clean(cells[0]))
    return number, text("house_number", " ".join(filter(None, (rest, *map(clean, cells[1:])))))


def email(cell: str) -> str | None:
    """The domain in small letters."""
    value = clean(cell)
    if not value:
        return None
    if not EMAIL.fullmatch(value) or len(value) > 254:
        raise RowError("email", "email", "dit is geen e-mailadres. Gebruik een adres zoals naam@voorbeeld.nl.")
    name, _, domain = value.partition("@")
    return value if domain.islower() else f"{name}@{domain.lower()}"


def postcode(cell: str) -> str | None:
    """`1234 AB`."""
    cell = clean(cell)
    if not cell:
        return None
    match = POSTCODE.fullmatch(cell.replace(" ", "").upper())
    if not match:
        advice = "Gebruik vier cijfers en twee letters, zoals 1234 AB."
        raise RowError("postcode", "postcode", f"dit is geen postcode. {advice}")
    return f"{match[1]} {match[2]}"


def house_number(cell: str) -> tuple[str | None, str]:
    """The number without zeros in front, and what follows it in the same cell: `12a` is 12 and a."""
    if not cell:
        return None, ""
    match = HOUSE_NUMBER.fullmatch(cell)
    if not match or (match[2] or "").lower() in MONTHS:
        raise RowError("house_number", "house_number", "dit is geen huisnummer. Gebruik een getal, zoals 12.")
    return match[1], match[2] or match[3] or ""


def age_from_birth_date(cell: str, reference_date: date) -> int:
    """Whole years. In the BRP month or day can be unknown (00): the middle of the year or month is taken."""
    match = next((match for form in BIRTH_DATES if (match := form.fullmatch(cell))), None)
    if SERIAL_DATE.fullmatch(cell):
        raise RowError(
            "birth_date", "serial_date", "een rekenprogramma maakte een getal van deze datum. Gebruik jaar-maand-dag."
        )
    if match is None:
        raise RowError(*WRONG_DATE)
    year, month, day = int(match["y"]), int(match["m"]), int(match["d"])
    if month == 0 and day == 0:
        month, day = 7, 1
    try:
        born = date(year, month, day or 15)
    except ValueError as error:
        raise RowError(*WRONG_DATE) from error
    if born > reference_date:
        raise RowError(
            "birth_date", "future_birth_date", "deze geboortedatum ligt in de toekomst. Verbeter de datum."
        )
    age = reference_date.year - year - ((reference_date.month, reference_date.day) < (born.month, born.day))
    if age > OLDEST:
        raise RowError(*WRONG_DATE)
    return age


def ages(cell: str) -> tuple[int, int | None]:
    """Lowest and highest age of a class: `16-24`, `16 tot 25 jaar`, `75+`, `75 jaar of ouder`, or one age, `43`."""
    match = AGES.fullmatch(cell.lower())
    low = int(match[1]) if match else OLDEST + 1
    high = low
    if match and match[3]:
        high = int(match[3]) - (match[2] == "tot")
    if match is None or not low <= high <= OLDEST:
        advice = "Gebruik een klasse zoals 25-34 of 75+."
        raise RowError("age_class", "age_class", f"deze leeftijdsklasse is niet te lezen. {advice}")
    return low, None if match[4] else high


def age_class(low: int, high: int | None) -> str:
    """The label of a class; one age (low = high) gets one of our own classes."""
    if high is None:
        return f"{low}+"
    if low < high:
        return f"{low}–{high}"
    found = [f"{start}–{end}" for start, end in AGE_CLASSES if start <= low <= end]
    return found[0] if found else OLDEST_CLASS


def gender(cell: str) -> str | None:
    cell = clean(cell)
    if cell and cell.lower() not in GENDERS:
        raise RowError("gender", "gender", "dit geslacht is onbekend. Gebruik M, V of X, of laat het vak leeg.")
    return GENDERS.get(cell.lower())


def area(cell: str) -> str | None:
    """A CBS code (GM + 4, WK + 6 or BU + 8 signs, the first four digits) or any other name."""
    cell = text("area", cell)
    code = cell.upper()
    if not AREA_CODE.fullmatch(code):
        return cell or None
    if not WHOLE_AREA_CODE.fullmatch(code):
        advice = "Een wijkcode is WK met zes tekens, een buurtcode is BU met acht tekens."
        raise RowError("area", "area", f"dit is geen volledige code. {advice}")
    return code


def flag(our_field: str, cell: str) -> bool:
    """Yes or no; for secrecy also the BRP's 0 to 7 (0 = none); for deceased and moved also a date."""
    word = cell.lower()
    if word in NO:
        return False
    if word in (SECRET if our_field == "secrecy" else YES):
        return True
    if our_field != "secrecy" and any(form.fullmatch(word) for form in BIRTH_DATES):
        return True
    raise RowError(our_field, "flag", "dit is geen ja of nee. Gebruik J of N.")


def address_key(postcode: str | None, number: str | None, addition: str) -> str | None:
    """Postcode, number and what follows it, however written; None (unknown) without postcode or number."""
    if postcode is None or number is None:
        return None
    suffix = "".join(filter(str.isalnum, addition.upper())) if addition else ""
    return f"{postcode[:4]}{postcode[5:]} {number} {suffix}".rstrip()
