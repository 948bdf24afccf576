"""Markdown of a proposal as blocks: headings, paragraphs and lists in plain text. Markup by others stays text."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from panel.reports.blocks import Block, Bullets, Heading, Paragraph


def prose(markdown: str, dutch: bool = False) -> list[Block]:
    parser = MarkdownIt("commonmark", {"html": False})
    return list(_blocks(SyntaxTreeNode(parser.parse(markdown)), dutch))


def _blocks(node: SyntaxTreeNode, dutch: bool) -> Iterator[Block]:
    for child in node.children:
        match child.type:
            case "heading":
                yield Heading(_text(child), dutch)
            case "bullet_list" | "ordered_list":
                items = tuple(_text(item) for item in child.children)
                kept = tuple(item for item in items if item)
                yield Bullets(kept, child.type == "ordered_list", dutch)
            case "blockquote":
                yield from _blocks(child, dutch)
            case "fence" | "code_block":
                yield Paragraph(" ".join(child.content.split()), dutch=dutch)
            case "paragraph":
                yield Paragraph(_text(child), dutch=dutch)


def _text(node: SyntaxTreeNode) -> str:
    """The words in it; a link keeps its address behind its text."""
    match node.type:
        case "text" | "code_inline" | "fence" | "code_block":
            return node.content
        case "softbreak" | "hardbreak":
            return " "
        case "link":
            label, address = _inside(node), str(node.attrs.get("href", ""))
            return label if label == address else f"{label} ({address})"
    return _inside(node)


def _inside(node: SyntaxTreeNode) -> str:
    separator = "" if node.type in {"inline", "link", "strong", "em", "image", "paragraph", "heading"} else " "
    return separator.join(_text(child) for child in node.children).strip()
