"""Row headers in the tables of a PDF by Typst.

Typst has them behind a switch (pdf.header-cell needs "a11y-extras") that its Python package does not reach. It writes
the structure of the document as plain objects; here cells change their tags in place. Every change keeps its length,
so that all in the file keeps its place. Scopes then say which header goes with which cell (PDF 1.7, 14.8.5.7).
"""

import re

DATA = re.compile(rb"/S/TD(/P \d+ 0 R)/A\[<</O/Table/Headers\[\(U\d+x(\d+)y\d+\)\]>>(\]?)")  # 2: its column
CORNER = re.compile(rb"/S/TH(/P \d+ 0 R/ID\(U\d+x0y0\))/A\[<</O/Table/Scope/Column/Headers\[\]>>(\]?)")


def with_row_headers(pdf: bytes) -> bytes:
    """The same PDF, in which the first cell of a row heads its row. What heads the headers is an ordinary cell."""
    return CORNER.sub(_corner, DATA.sub(_cell, pdf))


def _cell(found: re.Match[bytes]) -> bytes:
    parent, column, end = found.groups()
    if column == b"0":
        return (b"/S/TH" + parent + b"/A[<</O/Table/Scope/Row>>" + end).ljust(len(found[0]))
    return _without_attributes(parent, end, len(found[0]))


def _corner(found: re.Match[bytes]) -> bytes:
    return _without_attributes(found[1], found[2], len(found[0]))


def _without_attributes(kept: bytes, end: bytes, length: int) -> bytes:
    """`end` is empty when attributes of the layout follow: these stay."""
    return (b"/S/TD" + kept + (b"" if end else b"/A[")).ljust(length)
