"""Several names in one text: what joins them, and what beside them is not a name."""

import pytest

from ingest.extraction.byline.kinds import is_job_title
from ingest.extraction.byline.name_rules import is_name
from ingest.extraction.byline.names import read_names


def texts(line: str) -> list[str]:
    return [name.text for name in read_names(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("रेखा नाथ और विवेक सेन", ["रेखा नाथ", "विवेक सेन"]),
        ("রেখা নাথ এবং বিবেক সেন", ["রেখা নাথ", "বিবেক সেন"]),
        ("Ірина Коваль та Олег Мороз", ["Ірина Коваль", "Олег Мороз"]),
        ("Ирина Коваль и Олег Мороз", ["Ирина Коваль", "Олег Мороз"]),
        ("Ελένη Βασιλείου και Νίκος Παππάς", ["Ελένη Βασιλείου", "Νίκος Παππάς"]),
        ("نادر حداد ومنى سالم", ["نادر حداد", "منى سالم"]),
        ("نادر حداد و منى سالم", ["نادر حداد", "منى سالم"]),
        ("Mira Holt és Tom Aziz", ["Mira Holt", "Tom Aziz"]),
        ("Mira Holt și Tom Aziz", ["Mira Holt", "Tom Aziz"]),
        ("Mira Holt và Tom Aziz", ["Mira Holt", "Tom Aziz"]),
        (
            "Mira Holt, Harbour Correspondent, and Tom Aziz, Deputy Editor",
            ["Mira Holt", "Tom Aziz"],
        ),
    ],
)
def test_the_word_for_and_of_many_languages_parts_two_names(line: str, expected: list[str]) -> None:
    assert texts(line) == expected


@pytest.mark.parametrize(
    "name", ["نادر حداد وليد", "محمد علي وائل سالم", "Lan Holt", "Dan Holt", "MIRA DAN HOLT"]
)
def test_a_name_that_begins_like_and_stays_whole(name: str) -> None:
    assert texts(name) == [name]


@pytest.mark.parametrize(
    "title",
    [
        "National Biotech Reporter",
        "Former McKinsey Consultant",
        "Lead Draft Writer",
        "Shore Staff Writer",
        "Marketing Operations Analyst",
        "Gardener & Astrologer",
        "UX Designer",
        "Chief Technology Officer",
    ],
)
def test_a_job_title_is_not_a_second_author(title: str) -> None:
    assert is_job_title(title)
    assert texts(f"Mira Holt\n{title}") == ["Mira Holt"]


@pytest.mark.parametrize("name", ["Paul Nurse", "Mary Ann Coach", "Tom Aziz", "Anna Fellow"])
def test_a_surname_that_is_a_profession_is_a_name(name: str) -> None:
    assert not is_job_title(name)
    assert texts(f"Mira Holt and {name}") == ["Mira Holt", name]


@pytest.mark.parametrize(
    "button",
    [
        "Close",
        "View All",
        "View More Articles",
        "Full Bio",
        "Social Links",
        "Key Takeaways",
        "Advertiser Disclosure",
        "Schließen",
        "Voir plus",
        "登录",
    ],
)
def test_the_words_of_buttons_are_no_name(button: str) -> None:
    assert not is_name(button)
    assert texts(f"Mira Holt\n{button}") == ["Mira Holt"]


def test_close_is_a_surname_too() -> None:
    assert texts("By Anna Close") == ["Anna Close"]


@pytest.mark.parametrize(
    "line",
    [
        "Mira Holt\nUniversity of Hillmarsh\nShore College",
        "Mira Holt\nRN, BSN",
        "Mira Holt\nresearch-based guides",
        "Mira Holt\nmachine learning",
    ],
)
def test_affiliations_degrees_and_topics_are_no_second_author(line: str) -> None:
    assert texts(line) == ["Mira Holt"]


def test_names_in_lower_case_stay_beside_each_other() -> None:
    assert texts("mira holt, tom aziz") == ["mira holt", "tom aziz"]


@pytest.mark.parametrize("name", ["Nan Holt", "Jan Null"])
def test_names_with_a_word_that_templates_print_for_nothing(name: str) -> None:
    assert texts(f"By {name}") == [name]


@pytest.mark.parametrize(
    "line", ["None", "null", "nan", "NaN", "By None", "undefined", "None None"]
)
def test_what_templates_print_for_nothing_is_no_name(line: str) -> None:
    assert texts(line) == []


@pytest.mark.parametrize(
    "name", ["Hillmarsh Wire", "Shore News Agency", "Hillmarsh News Service", "Küsten Haber Ajansı"]
)
def test_wires_are_agencies(name: str) -> None:
    (wire,) = read_names(f"By {name}")
    assert (wire.text, wire.kind.value) == (name, "agency")


def test_by_without_a_blank_before_the_name() -> None:
    assert texts("ByMira Holt") == ["Mira Holt"]
    assert texts("Byron Holt") == ["Byron Holt"]


def test_a_team_with_an_article() -> None:
    (team,) = read_names("By the Hillmarsh Team")
    assert (team.text, team.kind.value) == ("the Hillmarsh Team", "desk")
