"""The JSON Schema (2020-12) of results.json, made from the very types that it is written from."""

import inspect
from collections.abc import Mapping
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

from deliberation.figures import Findings
from panel.reports.facts import Facts

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    NoneType: {"type": "null"},
    Any: {},
}
Schema = dict[str, Any]


def results_schema() -> Schema:
    """Every shape once, under its name, with what its docstring says."""
    shapes: dict[str, Schema] = {}
    return {
        "$schema": DIALECT,
        "title": "Results of a second opinion",
        "type": "object",
        "properties": {"findings": _schema(Findings, shapes), "facts": _schema(Facts, shapes)},
        "required": ["findings", "facts"],
        "additionalProperties": False,
        "$defs": shapes,
    }


def _schema(hint: Any, shapes: dict[str, Schema]) -> Schema:
    if is_dataclass(hint) or is_typeddict(hint):
        return _reference(hint, shapes)
    inner = get_args(hint)
    origin = get_origin(hint)
    if origin is UnionType:
        return {"anyOf": [_schema(one, shapes) for one in inner]}
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in (list, tuple):
        return {"type": "array", "items": _schema(inner[0], shapes)}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": _schema(inner[1], shapes)}
    return dict(PLAIN[hint])


def _reference(shape: Any, shapes: dict[str, Schema]) -> Schema:
    if shape.__name__ not in shapes:
        shapes[shape.__name__] = {}  # known, while its parts are read
        hints = get_type_hints(shape)
        shapes[shape.__name__] = {
            "type": "object",
            "description": inspect.cleandoc(shape.__doc__ or ""),
            "properties": {name: _schema(hint, shapes) for name, hint in hints.items()},
            "required": list(hints),
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{shape.__name__}"}
