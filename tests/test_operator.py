"""What an operator who makes a mistake reads: a sentence with the setting to look at, and never a stack of lines."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def samenspraak(*arguments: str, var: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMENSPRAAK_")}
    environment |= {"SAMENSPRAAK_VAR": str(var)}
    environment |= {f"SAMENSPRAAK_{name.upper()}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "panel", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("command", "settings", "sentence"),
    [
        ("migrate", {"database_url": "postgres://x:y@127.0.0.1:1/none"}, "SAMENSPRAAK_DATABASE_URL"),
        ("migrate", {"database_url": "mysql://x"}, "must start with sqlite:// or postgres://"),
        ("serve", {"smtp_host": "mail.example", "smtp_tls": "none"}, "Use starttls or tls"),
        ("worker", {"smtp_host": "mail.example", "smtp_tls": "none"}, "Use starttls or tls"),
        ("serve", {"secret_key": "short"}, "SAMENSPRAAK_SECRET_KEY"),
    ],
)
def test_a_mistake_in_a_setting_is_answered_with_a_sentence(
    command: str, settings: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    done = samenspraak(command, var=tmp_path, **settings)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_staff_can_be_added_and_the_log_of_it_is_whole(tmp_path: Path) -> None:
    added = samenspraak("staff", "add", "griffie@voorbeeld.example", "G. Griffier", "clerk", var=tmp_path)
    assert added.returncode == 0, added.stderr
    assert "Sign in at" in added.stdout
    checked = samenspraak("audit", "verify", var=tmp_path)
    assert checked.stdout == "The log is whole.\n"
    assert (tmp_path / "samenspraak.sqlite3").stat().st_mode & 0o777 == 0o600
