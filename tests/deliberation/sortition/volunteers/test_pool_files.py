import pytest

from deliberation.sortition.frames.table import FrameError, read_table
from deliberation.sortition.volunteers.pool_files import read_people, read_targets
from deliberation.sortition.volunteers.quotas import Target, group

TARGETS = "category,feature,min,max\nGender,Female,1,2\nGender,Male,1,2\nAge,18-34,0,3\nAge,35+,0,3\n"
PEOPLE = "nationbuilder_id,gender,age,zip,street\na1,female,35+,1234 AB,Dorp 1\na2,male,18-34,1234ab,dorp 1\n"


def targets(text: str = TARGETS) -> list[Target]:
    return read_targets(read_table(text.encode()))


def people(text: str = PEOPLE, **options: object) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    found = read_people(read_table(text.encode()), targets(), **options)  # type: ignore[arg-type]
    return {id_: dict(own) for id_, own in found.features.items()}, dict(found.homes)


@pytest.mark.parametrize(
    "text",
    [
        "category;name;min;max\nGender;Female;1;2\nGender;Male;1;2\nAge;18-34;0;3\nAge;35+;0;3\n",
        "Category , Value, MIN,Max,bron\nGender,Female,1,2,CBS\nGender,Male,1.0,2,\nAge,18-34, 0,3,x\nAge,35+,0,3,\n",
        "feature,value,min,max\nGender,Female,1,2\nGender,Male,1,2\nAge,18-34,0,3\nAge,35+,0,3\n",
        TARGETS + ",,,\nTargets of 3 May,,,\n,,,\n",
        "category,feature,min,max,min_flex,max_flex\n"
        "Gender,Female,1,2,,\nGender,Male,1,2,0,\nAge,18-34,0,3,,\nAge,35+,0,3,,\n",
    ],
)
def test_targets_are_read_in_every_form_that_the_field_uses(text: str) -> None:
    assert targets(text) == targets()


def test_a_target_may_say_how_far_a_repair_may_go() -> None:
    found = targets("category,feature,min,max,min_flex,max_flex\nGender,Female,4,6,2,9\n")
    assert found == [Target("Gender", "Female", 4, 6, 2, 9)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("category,feature,min\nGender,Female,1\n", "ontbreekt de kolom ‘max’"),
        ("category,feature,min,max\nGender,Female,one,2\n", "Rij 2, kolom min: .*heel getal"),
        ("category,feature,min,max\nGender,Female,-1,2\n", "Rij 2, kolom min: .*heel getal"),
        ("category,feature,min,max\nGender,Female,1,\n", "Rij 2, kolom max: .*heel getal"),
        ("category,feature,min,max\nGender,Female,3,2\n", "Rij 2, kolom min: 3 is meer dan het maximum 2"),
        ("category,feature,min,max\nGender,,1,2\n", "Rij 2, kolom feature: dit vak is leeg"),
        ("category,feature,min,max,min_flex\nGender,Female,1,2,2\n", "Rij 2, kolom min_flex: 2 is meer"),
        ("category,feature,min,max,max_flex\nGender,Female,1,2,1\n", "Rij 2, kolom max_flex: 1 is minder"),
        ("category,feature,min,max\nGender,Female,,\n", "geen rij met een minimum en een maximum"),
    ],
)
def test_targets_that_cannot_be_used_name_row_column_and_remedy(text: str, sentence: str) -> None:
    with pytest.raises(FrameError, match=sentence):
        targets(text)


def test_people_are_read_whatever_the_case_blanks_and_extra_columns() -> None:
    found, homes = people(PEOPLE + ",,,,\n\n,,,note of 3 May,\n")
    assert found == {"a1": {"Gender": "female", "Age": "35+"}, "a2": {"Gender": "male", "Age": "18-34"}}
    assert homes == {}
    assert len(group(found, targets()).members) == 2


def test_an_address_is_the_same_however_it_is_written_and_a_blank_one_is_unknown() -> None:
    text = PEOPLE + "a3,male,35+,,Dorp 1\na4,male,35+,1234AB,\na5,male,35+,1234AB,Dorp 2\n"
    _, homes = people(text, address=("ZIP", "street"))
    assert homes == {"a1": "1234ab dorp1", "a2": "1234ab dorp1", "a5": "1234ab dorp2"}


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        (PEOPLE + "a2,male,35+,,\n", {}, "Rij 4, kolom nationbuilder_id: dit nummer staat ook in rij 3"),
        (PEOPLE + ",male,35+,,\n", {}, "Rij 4, kolom nationbuilder_id: het nummer ontbreekt"),
        (PEOPLE + "a3,,35+,,\n", {}, "Rij 4, kolom Gender: dit vak is leeg"),
        (PEOPLE + "a3,other,35+,,\n", {}, "Rij 4, kolom Gender: ‘other’ staat niet bij de categorieën"),
        (PEOPLE + "a3,,35+,,\n" * 14, {}, "En nog 4 zulke rijen"),
        ("id,age\na,35+\n", {}, "ontbreekt de kolom ‘Gender’"),
        (PEOPLE, {"address": ("house",)}, "ontbreekt de kolom ‘house’"),
        (PEOPLE, {"id_column": "key"}, "ontbreekt de kolom ‘key’"),
        ("gender,age\nfemale,35+\n", {}, "geen kolom met een eigen nummer"),
    ],
)
def test_people_that_cannot_be_used_name_row_column_and_remedy(
    text: str, options: dict[str, object], sentence: str
) -> None:
    with pytest.raises(FrameError, match=sentence):
        people(text, **options)
