"""How many took part per group, as the desk sees it while a review is open."""

from collections.abc import Awaitable, Callable, Sequence

import httpx2
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.desk.taking_part import Group, groups_of
from panel.reviews.models import State
from panel.staff.models import Staff
from tests.panel.stage import Stage, frame

SignIn = Callable[[Staff], Awaitable[httpx2.AsyncClient]]
FLOOR = 10
Classes = tuple[str, str, str]


def people(*groups: tuple[str, int, int]) -> list[tuple[tuple[str, ...], bool]]:
    """Of every area so many who took part and who did not; all of one age and gender."""
    return [
        ((area, "iedereen", "iedereen"), took_part)
        for area, yes, no in groups
        for took_part in [True] * yes + [False] * no
    ]


def shown(groups: Sequence[Group]) -> dict[str, int | None]:
    return {group.name: group.took_part for group in groups}


def test_large_groups_are_shown_and_what_all_share_is_no_group() -> None:
    found = groups_of(people(("Noord", 20, 30), ("Zuid", 15, 40)))
    assert shown(found) == {"Noord": 20, "Zuid": 15}
    assert [(group.variable, group.invited) for group in found] == [("Wijk", 50), ("Wijk", 55)]


def test_a_small_group_is_hidden_with_another_from_which_it_would_follow() -> None:
    assert shown(groups_of(people(("Noord", 3, 47), ("Oost", 25, 30), ("Zuid", 40, 60)))) == {
        "Noord": None,
        "Oost": None,
        "Zuid": 40,
    }
    assert shown(groups_of(people(("Noord", 3, 47), ("Zuid", 40, 60)))) == {"Noord": None, "Zuid": None}


def test_a_group_in_which_nearly_all_took_part_is_hidden_too() -> None:
    assert shown(groups_of(people(("Noord", 48, 2), ("Oost", 25, 30), ("Zuid", 40, 60))))["Noord"] is None


def test_as_long_as_few_took_part_nothing_is_shown() -> None:
    assert set(shown(groups_of(people(("Noord", 5, 45), ("Oost", 2, 48), ("Zuid", 1, 99)))).values()) == {None}
    assert groups_of([]) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([(a, b, c) for a in ("Noord", "Oost", "Zuid") for b in ("jong", "oud") for c in "mv"]),
            st.integers(0, 30),
            st.integers(0, 30),
        ),
        max_size=12,
    )
)
def test_nothing_hidden_follows_by_subtraction(cells: list[tuple[Classes, int, int]]) -> None:
    members = [(classes, took_part) for classes, yes, no in cells for took_part in [True] * yes + [False] * no]
    groups = groups_of(members)
    total = sum(took_part for _, took_part in members)
    for variable in {group.variable for group in groups}:
        own = [group for group in groups if group.variable == variable]
        hidden = [group for group in own if group.took_part is None]
        for group in own:
            if group.took_part is not None:
                assert group.took_part >= FLOOR
                assert group.invited - group.took_part >= FLOOR
        if hidden:
            assert len(hidden) > 1, "one alone is the rest of the total"
            rest = total - sum(group.took_part or 0 for group in own)
            room = [min(group.invited, rest) - max(0, rest - _others(hidden, group)) for group in hidden]
            if len(hidden) < len(own):
                assert min(room) >= FLOOR


def _others(hidden: list[Group], group: Group) -> int:
    return sum(other.invited for other in hidden if other is not group)


async def test_the_desk_shows_groups_while_a_review_is_open_and_says_when_one_is_too_small(
    stage: Stage, sign_in: SignIn
) -> None:
    stage.sample, stage.people = 120, frame(500)
    review, clerk = await stage.review(State.OPEN), await sign_in(stage.clerk)
    page = await clerk.get(f"/bureau/{review.id}")
    assert "Wie er meededen" in page.text
    assert "te weinig om te tonen" in page.text
    await stage.answer_some(review, 60)
    page = await clerk.get(f"/bureau/{review.id}")
    assert page.text.count("te weinig om te tonen") < 4
    members = await stage.members(review)
    women = [member for member in members if member.gender == "vrouw"]
    took_part = [member for member in women if member.participated]
    assert f"{len(took_part)} van {len(women)}" in page.text
