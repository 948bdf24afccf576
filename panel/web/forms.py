"""What a form sent."""

import re
from datetime import date
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from panel.web.messages import Refused

MOST_BYTES = 4_000_000  # of a form without a file
CHARSET = re.compile(r'charset="?utf-8"?\s*(;|$)', re.IGNORECASE)


class Fields(dict[str, list[str]]):
    """The text fields of a form, by name. Every reader gives a value or refuses with a sentence at the field."""

    def text(self, name: str, most: int = 300) -> str:
        value = (self.get(name) or [""])[0].replace("\r\n", "\n").strip()
        if len(value) > most:
            raise Refused("form.too_long", name, most=most, length=len(value))
        return value

    def typed(self) -> dict[str, str]:
        """What was filled in, right or wrong, to show again."""
        return {name: values[0] for name, values in self.items()}

    def required(self, name: str, most: int = 300) -> str:
        value = self.text(name, most)
        if not value:
            raise Refused("form.empty", name)
        return value

    def number(self, name: str, low: int, high: int) -> int:
        value = self.required(name)
        if not (value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high):
            raise Refused("form.number", name, low=low, high=high)
        return int(value)

    def date(self, name: str) -> date:
        try:
            return date.fromisoformat(self.required(name))
        except ValueError:
            raise Refused("form.date", name) from None

    def choice(self, name: str, choices: Any) -> str:
        value = self.text(name)
        if value not in choices:
            raise Refused("form.choice", name)
        return value


async def read_fields(request: Request) -> Fields:
    _require_readable(request, MOST_BYTES)
    fields = Fields()
    async with request.form(max_files=0, max_fields=2_000, max_part_size=1_000_000) as form:
        for name, value in form.multi_items():
            if isinstance(value, str):
                fields.setdefault(name, []).append(value.replace("\x00", ""))  # which no database can hold
    return fields


def _require_readable(request: Request, most: int) -> None:
    """Before anything is read: every browser tells how much it will send, and sends UTF-8.

    Python knows codecs that take minutes for a megabyte, or that give what no database can hold.
    """
    if "transfer-encoding" in request.headers or int(request.headers.get("content-length", 0)) > most:
        raise HTTPException(413)
    kind = request.headers.get("content-type", "")
    if kind.lower().count("charset") > (1 if CHARSET.search(kind) else 0):
        raise HTTPException(400)


async def read_upload(request: Request, name: str, most: int) -> tuple[str, bytes, Fields]:
    """One uploaded file with its name, and the other fields."""
    _require_readable(request, most + MOST_BYTES)
    fields = Fields()
    content, file_name = b"", ""
    async with request.form(max_files=1, max_fields=100, max_part_size=1_000_000) as form:
        for key, value in form.multi_items():
            if isinstance(value, UploadFile):
                content, file_name = await value.read(most + 1), value.filename or ""
            else:
                fields.setdefault(key, []).append(value.replace("\x00", ""))
    if not content:
        raise Refused("form.no_file", name)
    if len(content) > most:
        raise Refused("form.file_too_large", name, most=most // 1_000_000)
    return file_name[:200], content, fields
