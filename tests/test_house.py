"""What the documents promise about the house itself."""

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest

from panel.settings import PREFIX, ROOT, Settings, SettingsError, read_settings

SECRET = "x" * 40


def test_every_setting_stands_in_the_table_for_operators() -> None:
    table = (ROOT / "docs" / "operators.md").read_text()
    documented = set(re.findall(rf"^\| `({PREFIX}\w+)` ", table, re.MULTILINE))
    assert documented == {PREFIX + field.name.upper() for field in fields(Settings)}


def test_links_in_the_documents_lead_somewhere() -> None:
    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_lock_files_hold_a_hash_for_everything_and_no_address() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "://" not in text
        assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=\S)", text.strip()))


def test_scripts_are_short_and_can_be_run() -> None:
    scripts = [path for path in (ROOT / "scripts").iterdir() if path.is_file()] + [ROOT / ".ci" / "run"]
    for script in scripts:
        assert os.access(script, os.X_OK), script.name
        assert len(script.read_text().splitlines()) <= 30, script.name


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "shorter than 32"),
        ({"PORT": "http"}, "SAMENSPRAAK_PORT must be a whole number"),
        ({"WORKER": "perhaps"}, "SAMENSPRAAK_WORKER must be yes or no"),
        ({"SMTP_TLS": "maybe"}, "SAMENSPRAAK_SMTP_TLS must be one of: starttls, tls, none"),
        ({"ORGANISATION_CODE": "0344"}, "SAMENSPRAAK_ORGANISATION_CODE must be gm and the four digits"),
        ({"BASE_URL": "tweedemening.example"}, "SAMENSPRAAK_BASE_URL must start with"),
        ({"BASE_URL": "http://tweedemening.example"}, "SAMENSPRAAK_BASE_URL must start with https://"),
        ({"SMTP_PASSWORD_FILE": "no-such-file"}, "SAMENSPRAAK_SMTP_PASSWORD_FILE cannot be read"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(variables: dict[str, str], sentence: str) -> None:
    environment = {"SAMENSPRAAK_SECRET_KEY": SECRET} | {PREFIX + name: value for name, value in variables.items()}
    with pytest.raises(SettingsError, match=re.escape(sentence)):
        read_settings(environment)


def test_a_secret_can_come_from_a_file_and_one_is_made_when_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from a file\n")
    settings = read_settings({"SAMENSPRAAK_SMTP_PASSWORD_FILE": str(tmp_path / "password")}, var=tmp_path)
    assert settings.smtp_password == "from a file"
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert read_settings({}, var=tmp_path).secret_key == settings.secret_key
