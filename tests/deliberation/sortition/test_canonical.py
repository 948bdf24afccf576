import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from deliberation.sortition.canonical import digest, digest_lines

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda parts: st.lists(parts, max_size=4) | st.dictionaries(st.text(), parts, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), plain))
def test_a_fingerprint_is_that_of_the_json_text_with_sorted_keys(value: dict[str, object]) -> None:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert digest(value) == hashlib.sha256(text.encode("utf-8", "surrogatepass") + b"\n").hexdigest()
    assert digest(value) == digest_lines([text])
