"""Which columns of a file are used: those named by hand, those of last time, or those with the usual names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deliberation.sortition.frames.columns import guess_mapping, header_fingerprint
from panel.people.models import ColumnMapping

ID, HOUSEHOLD = "id", "household"
OWN = {"area": "wijk", "age_class": "leeftijd", "gender": "geslacht"}  # our fields, as categories are called
RESERVED = {ID, HOUSEHOLD, *OWN.values()}  # columns of the lists of a draw


@dataclass(frozen=True)
class Columns:
    fingerprint: str
    mapping: Mapping[str, str]
    supplier: str
    named: bool  # by hand, for this file
    remembered: bool  # named by hand for an earlier one
    extra: Sequence[str] = ()  # other columns, for targets

    def described(self) -> dict[str, Any]:
        return {"mapping": dict(self.mapping), "remembered": self.remembered, "supplier": self.supplier}


async def choose_columns(
    header: Sequence[str],
    named: Mapping[str, str],
    supplier: str = "",
    only_named: bool = False,
    extra: Sequence[str] = (),
) -> Columns:
    """With `only_named` every column was chosen, and what was left blank is not in the file."""
    fingerprint = header_fingerprint(header)
    # Names are compared without case; the file has its own.
    own = {name.casefold(): name for name in header}
    kept = await ColumnMapping.get_or_none(fingerprint=fingerprint)
    extra = [own.get(name.casefold(), name) for name in (extra or ((kept.extra or ()) if kept and not named else ()))]
    if named:
        mapping = dict(named)
        if not only_named:
            guessed = {ours: theirs for ours, theirs in guess_mapping(header).items() if theirs not in named.values()}
            mapping = guessed | mapping
        return Columns(fingerprint, mapping, supplier, named=True, remembered=False, extra=extra)
    if kept is None:
        mapping = {ours: theirs for ours, theirs in guess_mapping(header).items() if theirs not in extra}
        return Columns(fingerprint, mapping, supplier, named=bool(extra), remembered=False, extra=extra)
    mapping = {ours: own.get(theirs.casefold(), theirs) for ours, theirs in kept.mapping.items()}
    return Columns(fingerprint, mapping, supplier or kept.supplier, named=False, remembered=True, extra=extra)


async def remember(columns: Columns) -> None:
    """Once a file has been read with columns that were named by hand, the next one like it needs no naming."""
    if columns.named or columns.remembered:
        kept = {"mapping": dict(columns.mapping), "supplier": columns.supplier, "extra": list(columns.extra)}
        await ColumnMapping.update_or_create(kept, fingerprint=columns.fingerprint)
