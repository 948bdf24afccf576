"""Mail that nobody but a person understands, made easy to read."""

from email.message import EmailMessage

from hypothesis import given
from hypothesis import strategies as st

from panel.mail.readable import readable


def mail(text: str, subtype: str = "plain") -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"] = "Iemand <iemand@elders.example>", "Afwezig – café"
    made.set_content(text, subtype=subtype)
    return made.as_bytes()


def test_who_wrote_about_what_and_the_text_are_decoded() -> None:
    content = mail("Ik ben in een café. " * 20)
    assert b"caf=C3=A9" in content or b"base64" in content
    found = readable(content)
    assert (found.sender, found.subject) == ("Iemand <iemand@elders.example>", "Afwezig – café")
    assert found.text.startswith("Ik ben in een café. Ik ben")
    assert found.raw.encode() == content


def test_of_html_the_words_stay() -> None:
    found = readable(mail("<style>p { color: red }</style><p>Dag &amp; welkom</p><script>alert(1)</script>", "html"))
    assert found.text == "Dag & welkom"


def test_of_a_mail_with_both_the_plain_text_is_shown() -> None:
    made = EmailMessage()
    made.set_content("gewone tekst")
    made.add_alternative("<p>opgemaakt</p>", subtype="html")
    assert readable(made.as_bytes()).text == "gewone tekst"


def test_an_unknown_character_set_is_given_as_it_came() -> None:
    content = b"Subject: x\nContent-Type: text/plain; charset=klingon\n\nnuqneH"
    assert "nuqneH" in readable(content).text


@given(st.binary(max_size=400))
def test_whatever_came_in_something_can_be_read(content: bytes) -> None:
    for found in (readable(content), readable(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n" + content)):
        assert found.text or not found.raw.strip()
