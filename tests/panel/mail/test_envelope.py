from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.mail.envelope import envelope_sender, message_of
from panel.mail.letter import wire_address
from panel.mail.smtp import Relay
from panel.settings import Settings, SettingsError
from tests.databases import SECRET

SETTINGS = Settings(secret_key=SECRET, bounce_address="bounce@voorbeeld.example", smtp_tls="none")
ids = st.integers(1, 2**31 - 1)


@given(ids)
def test_the_envelope_sender_of_a_message_leads_back_to_it_however_it_is_written(number: int) -> None:
    sender = envelope_sender(number, SETTINGS)
    assert wire_address(sender) == sender
    assert message_of(sender, SETTINGS) == number
    assert message_of(f" <{sender.upper()}> ", SETTINGS) == number


@given(ids, ids)
def test_the_mac_of_one_message_is_worthless_for_another(one: int, other: int) -> None:
    mac = envelope_sender(one, SETTINGS).partition(".")[2]
    assert message_of(f"bounce+{other}.{mac}", SETTINGS) == (one if one == other else None)


@given(st.text())
def test_no_other_text_is_an_envelope_sender(text: str) -> None:
    assert message_of(text, SETTINGS) is None
    assert message_of(f"bounce+{text}@voorbeeld.example", SETTINGS) is None


def test_an_envelope_sender_of_another_installation_domain_or_box_is_worthless() -> None:
    sender = envelope_sender(7, SETTINGS)
    assert message_of(sender, replace(SETTINGS, secret_key="x" * 40)) is None
    assert message_of(sender.replace("voorbeeld", "elders"), SETTINGS) is None
    assert message_of(sender.replace("bounce", "post"), SETTINGS) is None
    assert message_of(sender, replace(SETTINGS, bounce_address="")) is None


def test_without_an_address_for_bounces_the_sender_gets_them() -> None:
    settings = replace(SETTINGS, bounce_address="")
    assert envelope_sender(7, settings) == settings.mail_from


@pytest.mark.parametrize("address", ["bounce", "bounce @voorbeeld.example", "b" * 37 + "@voorbeeld.example"])
def test_an_address_for_bounces_that_cannot_be_used_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(SettingsError, match="BOUNCE_ADDRESS"):
        Relay(replace(SETTINGS, bounce_address=address))


def test_a_folder_for_bounces_without_an_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="BOUNCE_ADDRESS"):
        Settings(secret_key=SECRET, bounce_maildir=str(tmp_path))
