import pytest
from hypothesis import given
from hypothesis import strategies as st

from deliberation.sortition.merkle import Tree, climb, leaf, root_of, salt

KEY = b"only for this test"


def leaves(count: int) -> list[bytes]:
    return [leaf(f"p{i}", salt(KEY, f"p{i}"), ["noord", "25-34"], "1234AB 1") for i in range(count)]


@given(st.integers(1, 70))
def test_everybody_can_prove_a_place_in_the_frame(count: int) -> None:
    found = leaves(count)
    tree = Tree(reversed(found))
    assert tree.root == root_of(found)
    assert all(climb(item, tree.proof(item)) == tree.root for item in found)
    assert all(len(tree.proof(item)) <= count.bit_length() for item in found)


@given(st.integers(2, 40), st.data())
def test_a_proof_is_of_one_leaf_only(count: int, data: st.DataObject) -> None:
    found = leaves(count)
    tree = Tree(found)
    one, other = (
        found[i] for i in data.draw(st.lists(st.integers(0, count - 1), min_size=2, max_size=2, unique=True))
    )
    assert climb(other, tree.proof(one)) != tree.root


def test_whoever_was_not_in_the_frame_has_no_proof() -> None:
    with pytest.raises(KeyError):
        Tree(leaves(5)).proof(leaf("p9", "", [], ""))
    assert root_of(leaves(5)) != root_of(leaves(6))


@pytest.mark.parametrize(
    "changed",
    [
        leaf("p1", "", ["noord"], "huis"),
        leaf("p", "00", ["noord"], "huis"),
        leaf("p", "", ["zuid"], "huis"),
        leaf("p", "", ["noord", ""], "huis"),
        leaf("p", "", ["noord"], "huis 2"),
    ],
)
def test_a_leaf_covers_id_salt_features_and_household(changed: bytes) -> None:
    assert changed != leaf("p", "", ["noord"], "huis")


def test_a_node_can_not_pass_for_a_leaf() -> None:
    tree = Tree(leaves(2))
    assert climb(bytes.fromhex(tree.root), ()) == tree.root
    assert tree.root not in {item.hex() for item in leaves(2)}


def test_a_step_that_is_neither_left_nor_right_is_refused() -> None:
    with pytest.raises(ValueError, match="left or right"):
        climb(leaves(1)[0], [("up", "00")])
