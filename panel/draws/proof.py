"""The code in a member's letter, and the proof of a place in the draw that it opens.

The code is the member's own secret of 80 bits in the letters of Crockford's base 32, which leaves out I, L, O and U.
"""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from deliberation.sortition.invitations.invitation_record import leaf_of
from deliberation.sortition.invitations.stratified import Candidate
from deliberation.sortition.merkle import SALT_BYTES, climb

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PARTS = ("id", "salt", "group", "household", "path")
LENGTH = SALT_BYTES * 8 // 5
ALIKE = str.maketrans("OIL", "011")


def code_of(salt: str) -> str:
    number = int(salt, 16)
    return "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(LENGTH)))


def in_groups(code: str) -> str:
    """K7QF-2M9D-8XPT-4VCA"""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """The code as it is stored, however it was typed; empty when it is none."""
    code = "".join(filter(str.isalnum, typed.upper())).translate(ALIKE)
    return code if len(code) == LENGTH else ""


def salt_of(code: str) -> str:
    """The secret behind a code; empty when no code looks so."""
    if len(code) != LENGTH or not set(code) <= set(LETTERS):
        return ""
    number = 0
    for letter in code:
        number = number << 5 | LETTERS.index(letter)
    return f"{number:0{2 * SALT_BYTES}x}"


def proof_of(person: Candidate, salt: str, path: Sequence[Sequence[str]], chance: Fraction) -> dict[str, Any]:
    """What is kept with a member; `chance` is for reading, all else leads to the published root."""
    return {
        "id": person.id,
        "salt": salt,
        "group": list(person.stratum),
        "household": person.address or "",
        "path": [list(step) for step in path],
        "chance": str(chance),
    }


def leads_to(proof: Mapping[str, Any], root: str) -> bool:
    """Whether this place is one of those that were frozen under that root."""
    person = Candidate(proof["id"], tuple(proof["group"]), proof["household"] or None)
    return climb(leaf_of(person, proof["salt"]), proof["path"]) == root


def in_lines(proof: Mapping[str, Any], root: str) -> str:
    """The proof as JSON with a part, or a step of the path, per line."""
    parts = {name: json.dumps(proof[name], ensure_ascii=False) for name in PARTS}
    parts["path"] = "[\n" + ",\n".join(map(json.dumps, proof["path"])) + "\n]"
    return "{\n" + ",\n".join(f'"{name}": {part}' for name, part in parts.items()) + f',\n"root": "{root}"\n}}'


NOBODY: Mapping[str, Any] = {  # a wrong code gets the same work done
    "id": "",
    "salt": "0" * 2 * SALT_BYTES,
    "group": [],
    "household": "",
    "path": [["left", "0" * 64]] * 17,
}
