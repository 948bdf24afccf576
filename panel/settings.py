"""The environment, read once. Every setting, with its meaning, stands in docs/operators.md."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

PREFIX = "SAMENSPRAAK_"
ORGANISATION = re.compile("gm[0-9]{4}")
ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "templates"


class SettingsError(ValueError):
    """A setting that cannot be used; the message says which, why and what to do."""


@dataclass(frozen=True)
class Settings:
    secret_key: str
    var: Path = ROOT / "var"
    database_url: str = ""
    vault_url: str = ""
    base_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    proxies: str = ""
    worker: bool = True
    demo: bool = False
    council_name: str = "gemeente Voorbeeld"
    organisation_code: str = ""
    contact_email: str = "griffie@voorbeeld.example"
    contact_phone: str = "14 030"
    contact_address: str = ""
    security_contact: str = ""
    theme: str = ""
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 2525
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_connections: int = 4
    mail_from: str = "tweedemening@voorbeeld.example"
    mail_in_doubt: Literal["hold", "resend"] = "hold"
    mail_per_minute: int = 0
    mail_per_minute_per_domain: int = 0
    reminder_rest_hours: int = 48
    bounce_address: str = ""
    bounce_maildir: str = ""
    bounce_imap_host: str = ""
    bounce_imap_port: int = 993
    bounce_imap_user: str = ""
    bounce_imap_password: str = ""
    bounce_imap_folder: str = "INBOX"

    def __post_init__(self) -> None:
        # The dataclass is frozen for its users; these two follow from `var` when they are not set.
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite://{self.var / 'samenspraak.sqlite3'}")
        if not self.vault_url:
            object.__setattr__(self, "vault_url", f"sqlite://{self.var / 'vault.sqlite3'}")
        if len(self.secret_key) < 32:
            raise SettingsError(f"{PREFIX}SECRET_KEY is shorter than 32 characters. Use a longer, random one.")
        for name in ("database_url", "vault_url"):
            if not getattr(self, name).startswith(("sqlite://", "postgres://")):
                raise SettingsError(f"{PREFIX}{name.upper()} must start with sqlite:// or postgres://.")
        if self.smtp_connections < 1:
            raise SettingsError(f"{PREFIX}SMTP_CONNECTIONS is 0, and then no mail would leave. Use 1 or more.")
        if self.organisation_code and not ORGANISATION.fullmatch(self.organisation_code):
            raise SettingsError(f"{PREFIX}ORGANISATION_CODE must be gm and the four digits of the municipality.")
        if self.security_contact and not self.security_contact.startswith(("mailto:", "https://", "tel:")):
            raise SettingsError(f"{PREFIX}SECURITY_CONTACT must start with mailto:, https:// or tel:.")
        self._check_bounces()
        address = urlsplit(self.base_url)
        on_this_machine = address.scheme == "http" and address.hostname in ("127.0.0.1", "localhost", "::1")
        if address.scheme != "https" and not on_this_machine:
            raise SettingsError(f"{PREFIX}BASE_URL must start with https:// (or http:// on this machine only).")

    def _check_bounces(self) -> None:
        for name in ("bounce_maildir", "bounce_imap_host"):
            if getattr(self, name) and not self.bounce_address:
                raise SettingsError(f"{PREFIX}{name.upper()} is of no use without {PREFIX}BOUNCE_ADDRESS. Set both.")
        if self.bounce_imap_host and self.bounce_maildir:
            raise SettingsError(f"{PREFIX}BOUNCE_MAILDIR and {PREFIX}BOUNCE_IMAP_HOST are both set. Choose one.")
        if self.bounce_imap_host and not (self.bounce_imap_user and self.bounce_imap_password):
            raise SettingsError(f"{PREFIX}BOUNCE_IMAP_HOST needs {PREFIX}BOUNCE_IMAP_USER and _PASSWORD too.")
        if not self.bounce_imap_folder.isascii():
            raise SettingsError(f"{PREFIX}BOUNCE_IMAP_FOLDER may hold letters without accents only.")

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")


def read_settings(environment: Mapping[str, str] = os.environ, **overrides: Any) -> Settings:
    """Settings from variables SAMENSPRAAK_NAME, or SAMENSPRAAK_NAME_FILE for a value kept in a file."""
    values: dict[str, Any] = {}
    for field in fields(Settings):
        text = _value(environment, PREFIX + field.name.upper())
        if text is not None:
            values[field.name] = _convert(field.name, field.type, text)
    values |= overrides
    var = values.get("var", Settings.var)
    if "secret_key" not in values:
        values["secret_key"] = _own_secret(var)
    return Settings(**values)


def _value(environment: Mapping[str, str], name: str) -> str | None:
    if file := environment.get(f"{name}_FILE"):
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE cannot be read: {error.strerror}.") from None
    return environment.get(name)


def _convert(name: str, kind: Any, text: str) -> Any:
    if kind is int:
        if not text.isdigit():
            raise SettingsError(f"{PREFIX}{name.upper()} must be a whole number.")
        return int(text)
    if kind is bool:
        if text.lower() not in ("1", "0", "true", "false", "yes", "no"):
            raise SettingsError(f"{PREFIX}{name.upper()} must be yes or no.")
        return text.lower() in ("1", "true", "yes")
    if kind is Path:
        return Path(text).resolve()
    choices: tuple[str, ...] = getattr(kind, "__args__", ())
    if choices and text not in choices:
        raise SettingsError(f"{PREFIX}{name.upper()} must be one of: {', '.join(choices)}.")
    return text


def _own_secret(var: Path) -> str:
    """The secret of an installation that was given none: made once, readable by its owner only."""
    file = var / "secret-key"
    if not file.exists():
        var.mkdir(parents=True, exist_ok=True)
        fresh = var / f"secret-key-{secrets.token_hex(4)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # another process was first
            os.link(fresh, file)
        fresh.unlink()
    return file.read_text().strip()
