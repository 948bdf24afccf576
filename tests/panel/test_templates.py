import ast
import re
from collections.abc import Iterator
from string import Formatter
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, meta

from deliberation.personal_data import FINDERS
from deliberation.questionnaire import FAULTS, Question, QuestionnaireError
from panel.answers.wording import what_is_wrong
from panel.proposals.dossier import Dossier, English
from panel.reviews.judging import in_words
from panel.reviews.states import LIFE
from panel.settings import ROOT, TEMPLATES
from panel.web.messages import Refused, catalogue, sentence
from panel.web.templating import environment, markdown, with_dutch

SUFFIXES = ["html", "txt", "jinja"]
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
DUTCH = re.compile(r"\b(de|het|die|er|kan|wie)\b", re.IGNORECASE)


def calls() -> Iterator[str]:
    """The code of every sentence that Python asks for; one that is put together there has {} in it."""
    for file in (ROOT / "panel").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Refused", "sentence") and node.args:
                yield from _codes(node.args[0])


def _codes(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (*_codes(node.body), *_codes(node.orelse))


def put_together() -> set[str]:
    """The codes whose last part is made while the program runs, from what that part can be."""
    long = "woord " * 401
    dossier = Dossier(title="", laws=("wmo",), values=("a", "b", "c"), summary=long, english=English(summary=long))
    empty = Dossier(title="")
    kinds = (ROOT / "deliberation" / "answering.py").read_text()
    answers = re.findall(r'AnswerError\("(\w+)"|_require\(.*, "(\w+)"[,)]', kinds)
    return {
        *(f"review.not_{state}" for state in LIFE[:-1]),
        *(f"dossier.{code}" for code in (*empty.missing(), *empty.remarks(), *dossier.missing(), *dossier.remarks())),
        *(f"answers.{first or second}" for first, second in answers),
        "answers.required_vote",
        *(f"answers.kind_{kind}" for kind, _ in FINDERS),
        *(f"fault.{code}" for code in FAULTS),
    }


def test_every_sentence_that_python_asks_for_is_in_the_catalogue() -> None:
    asked = set(calls())
    assert len(asked) > 30
    assert {code for code in asked if "{}" in code} == {
        "review.not_{}",
        "dossier.{}",
        "answers.{}",
        "answers.kind_{}",
        "fault.{}",
    }
    fixed = {code for code in asked if "{}" not in code and CODE.fullmatch(code)}
    assert fixed | put_together() <= set(catalogue())


def test_every_sentence_of_the_catalogue_is_asked_for() -> None:
    assert set(catalogue()) - set(calls()) - put_together() == set()


@pytest.mark.parametrize("code", FAULTS)
def test_every_fault_of_a_questionnaire_has_a_dutch_sentence(code: str) -> None:
    facts: dict[str, Any] = {name: f"{{{name}}}" for _, name, _, _ in Formatter().parse(FAULTS[code]) if name}
    question = {"id": facts.pop("question", "q"), "nl": "Is er genoeg {doel}? Kies er een."}
    said = in_words(QuestionnaireError(code, question["id"], **facts), [question])
    assert said != FAULTS[code]
    assert DUTCH.search(said)
    assert "‘Is er genoeg …?’" in said or "question" not in catalogue()[f"fault.{code}"]


def test_a_sentence_without_its_facts_is_an_error() -> None:
    with pytest.raises(KeyError):
        Refused("form.too_long", "title")
    assert sentence("form.too_many", most=3) == "Kies er hoogstens 3."


def test_a_wrong_answer_to_the_vote_has_a_sentence_of_its_own() -> None:
    from deliberation.answering import AnswerError

    vote = Question("q", "single", "Wat moet de raad doen?", required=True, is_vote=True)
    assert what_is_wrong(vote, AnswerError("required"))["answer"] == sentence("answers.required_vote")


@pytest.mark.parametrize("name", sorted(environment().list_templates(extensions=SUFFIXES)))
def test_every_template_compiles_and_refers_to_templates_that_exist(name: str) -> None:
    made = environment().overlay()
    made.filters = made.filters | {"drawn": str, "marked": str}  # filters of the report's own environment
    source = (TEMPLATES / name).read_text()
    made.compile(source, name)
    places = [TEMPLATES]
    if name.startswith("reports/"):  # with a loader of their own
        places.append(TEMPLATES / "reports")
    for other in meta.find_referenced_templates(made.parse(source)):
        assert other is None or any((place / other).is_file() for place in places)


def test_every_template_is_used() -> None:
    python = "".join(file.read_text() for file in (ROOT / "panel").rglob("*.py"))
    templates = "".join(file.read_text() for file in TEMPLATES.rglob("*") if file.suffix[1:] in SUFFIXES)
    for name in environment().list_templates(extensions=SUFFIXES):
        room, _, file = name.rpartition("/")
        used = (
            f'"{name}"' in python
            or f'"{name}"' in templates
            or (name.endswith(".jinja") and f'"{file[:-6]}"' in python)
        )
        assert used or (room == "reports" and f'"{file}"' in python + templates), name


def test_a_variable_that_does_not_exist_is_an_error_and_what_people_typed_is_escaped() -> None:
    made = environment()
    assert made.undefined is StrictUndefined
    assert made.from_string("{{ text }}").render(text="<b>") == "&lt;b&gt;"
    assert isinstance(made, Environment)
    assert isinstance(made.loader, FileSystemLoader)


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "[klik](javascript:alert(1))",
        "[klik](data:text/html;base64,PHNjcmlwdD4=)",
        "[klik](vbscript:x)",
        "<img src=x onerror=alert(1)>",
        '<a href="https://voorbeeld.example" onclick="alert(1)">x</a>',
        "<svg onload=alert(1)>",
        "<iframe src=//kwaad.example></iframe>",
        '<form action="//kwaad.example"><input name=a></form>',
        "<style>body{display:none}</style>",
        "![plaatje](https://kwaad.example/volg.png)",
        "<base href=//kwaad.example>",
        "[a]: javascript:alert(1)\n\n[a]",
        "<https://voorbeeld.example/\"onmouseover='alert(1)'>",
    ],
)
def test_markdown_of_a_proposal_can_do_no_harm(evil: str) -> None:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(str(markdown(evil)))
    assert tree.body
    for node in tree.body.css("*"):
        assert node.tag in {"-undef", "body", "p", "a", "strong", "em", "ul", "li", "h2"}
        assert set(node.attributes) <= {"href", "rel"}
        assert (node.attributes.get("href") or "https:").startswith(("https:", "http:", "mailto:"))


def test_markdown_keeps_what_a_proposal_needs_below_the_heading_of_the_page() -> None:
    html = str(markdown("# Kop\n\n- punt\n\n**vet** [bron](https://voorbeeld.example)\n\n| a |\n|---|\n| b |"))
    for part in ("<h2>Kop</h2>", "<li>punt</li>", "<strong>vet</strong>", "<td>b</td>"):
        assert part in html
    assert 'href="https://voorbeeld.example"' in html


def test_parts_in_dutch_are_marked_once_whatever_they_are() -> None:
    parts = ["nl", "span", "lang", "lang wonen", "amp", "R&D (<b>)", ""]
    marked = with_dutch("A span of lang wonen & R&D (<b>), in nl.", parts)
    assert marked == (
        'A <span lang="nl">span</span> of <span lang="nl">lang wonen</span> &amp; '
        '<span lang="nl">R&amp;D (&lt;b&gt;)</span>, in <span lang="nl">nl</span>.'
    )
    assert with_dutch("<i>", ()) == with_dutch("<i>", [""]) == "&lt;i&gt;"
