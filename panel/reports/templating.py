"""Files of a report that are made from a template. What is filled in is data: in XML it can never be markup."""

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from panel.settings import TEMPLATES


def fill(template: str, **values: object) -> str:
    """A template of templates/reports with everything in its place. A name that is not there is an error."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES / "reports"),
        autoescape=select_autoescape(("xml",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
