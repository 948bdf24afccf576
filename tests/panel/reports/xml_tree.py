from xml.etree import ElementTree

Element = ElementTree.Element


def tree(content: bytes | str) -> Element:
    """XML that this project made. ParseError when it is not well-formed."""
    return ElementTree.fromstring(content)  # noqa: S314 - our own
