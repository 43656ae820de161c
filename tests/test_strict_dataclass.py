"""Messages about names that are not known; building dataclasses is tested where they are."""

from stormtracks.strict_dataclass import unknown


def test_of_hundreds_of_names_the_first_are_said():
    said = unknown("?", [f"{number:04d}" for number in range(500)], "storm")
    assert said.endswith("0058, 0059 and 440 more") and len(said) < 500


def test_the_nearest_of_hundreds_is_said_all_the_same():
    assert unknown("KATRINE", [*map(str, range(500)), "KATRINA"], "storm") == (
        "unknown storm 'KATRINE'; did you mean 'KATRINA'?"
    )
