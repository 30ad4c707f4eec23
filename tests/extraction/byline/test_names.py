import pytest

from ingest.extraction.byline.kinds import Name, is_own, kind_of, without_labels
from ingest.extraction.byline.name_rules import is_name, name_key, same_name
from ingest.extraction.byline.names import clean_name, read_names
from ingest.record import AuthorKind


def texts(line: str, *desks: str) -> list[str]:
    return [name.text for name in read_names(line, desks)]


def kinds(line: str, *desks: str) -> list[str]:
    return [name.kind.value for name in read_names(line, desks)]


@pytest.mark.parametrize(
    "line",
    [
        "By Mira Holt",
        "BY: Mira Holt",
        "Written by Mira Holt",
        "View all posts by Mira Holt",
        "Von Mira Holt",
        "Ein Kommentar von Mira Holt",
        "Par Mira Holt",
        "Propos recueillis par Mira Holt",
        "Por Mira Holt",
        "Di Mira Holt",
        "Av Mira Holt",
        "Door Mira Holt",
        "Autorin: Mira Holt",
        "Tekst: Mira Holt Foto: Per Lund",
        "Oleh Mira Holt",
        "Interview: Mira Holt",
        "Mehr von Mira Holt",
    ],
)
def test_lead_words_are_no_part_of_a_name(line: str) -> None:
    assert texts(line) == ["Mira Holt"]


@pytest.mark.parametrize(
    "line",
    [
        "Mira Holt, Staff Reporter",
        "Mira Holt Political Editor",
        "Mira Holt deputy content director",
        "Chefredakteurin Mira Holt",
        "Mira Holt, Wirtschaftsredakteurin",
        "Mira Holt / Journalist",
        "Mira Holt, Head of Data",
        "Mira Holt, Karachi",
        "Mira Holt, New York",
        "Mira Holt in Berlin",
        "Mira Holt for The Shore Post",
        "Mira Holt | Jan 5, 2025 | 10:21 am",
        "Mira Holt January 5, 2025",
        "Posted by Mira Holt on January 5, 2025",
        "Mira Holt Updated: 5 hours ago",
        "Mira Holt 5 min read",
        "Mira Holt @miraholt",
        "Mira Holt mira.holt@paper.example",
        "Mira Holt (mho)",
        "By Mira Holt, in News, Business",
        "Mira Holt Mira Holt",
        "Mira Holt, PhD",
        "Mira Holt XYZ News",
    ],
)
def test_what_stands_beside_a_name_is_dropped(line: str) -> None:
    assert texts(line) == ["Mira Holt"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Mira Holt and Tom Aziz", ["Mira Holt", "Tom Aziz"]),
        ("Mira Holt, Tom Aziz and Lea Brun", ["Mira Holt", "Tom Aziz", "Lea Brun"]),
        ("Mira Holt; Tom Aziz", ["Mira Holt", "Tom Aziz"]),
        ("Mira Holt & Tom Aziz", ["Mira Holt", "Tom Aziz"]),
        ("Mira Holt und Tom Aziz", ["Mira Holt", "Tom Aziz"]),
        ("Mira Holt et Tom Aziz", ["Mira Holt", "Tom Aziz"]),
        ("Mira Holt y Tom Aziz", ["Mira Holt", "Tom Aziz"]),
        ("MIRA HOLT AND TOM AZIZ", ["MIRA HOLT", "TOM AZIZ"]),
        ("Mira Holt in Rome and Tom Aziz in Oslo", ["Mira Holt", "Tom Aziz"]),
        (
            "Mira Holt, Political Editor and Tom Aziz, Health Correspondent",
            ["Mira Holt", "Tom Aziz"],
        ),
        ("سارہ خان اور علی رضا", ["سارہ خان", "علی رضا"]),
        ("Luis Ortega y Gasset", ["Luis Ortega y Gasset"]),
    ],
)
def test_several_people(line: str, expected: list[str]) -> None:
    assert texts(line) == expected


@pytest.mark.parametrize(
    ("line", "expected", "kind"),
    [
        ("Pop Culture & Art", "Pop Culture & Art", "desk"),
        ("Arts and Culture Desk", "Arts and Culture Desk", "desk"),
        ("By our correspondent", "our correspondent", "desk"),
        ("From Our Correspondent", "Our Correspondent", "desk"),
        ("Senior Correspondent", "Senior Correspondent", "desk"),
        ("Staff Report", "Staff Report", "desk"),
        ("NZ-Redaktion", "NZ-Redaktion", "desk"),
        ("di Redazione", "Redazione", "desk"),
        ("shorepost.example.com", "shorepost.example.com", "desk"),
        ("ویب ڈیسک", "ویب ڈیسک", "desk"),
        ("نیوز ڈیسک", "نیوز ڈیسک", "desk"),
        ("Reuters", "Reuters", "agency"),
        ("Quelle: dpa", "dpa", "agency"),
        ("AFP Deutschland", "AFP Deutschland", "agency"),
        ("AFP, MANILA", "AFP", "agency"),
        ("(dpa)", "dpa", "agency"),
        ("APP", "APP", "agency"),
    ],
)
def test_desks_and_agencies(line: str, expected: str, kind: str) -> None:
    assert (texts(line), kinds(line)) == ([expected], [kind])


@pytest.mark.parametrize(
    "line",
    [
        "Mira Holt | AFP",
        "Mira Holt / AFP",
        "Mira Holt (AFP)",
        "Mira Holt, AFP",
        "Mira Holt mit AFP",
        "Mira Holt und AFP",
    ],
)
def test_a_person_and_an_agency(line: str) -> None:
    assert texts(line) == ["Mira Holt", "AFP"]
    assert kinds(line) == ["person", "agency"]


def test_agency_stuck_to_a_name() -> None:
    assert texts("Mira Holt and Tom Aziz The Associated Press") == [
        "Mira Holt",
        "Tom Aziz",
        "The Associated Press",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "A. B. Khan",
        "J.R. Holt",
        "Tom Holt Jr.",
        "Mira O’Holt",
        "Pieter van der Holt",
        "Jean-Marie Le Holt",
        "Luigi Di Holt",
        "Will More",
        "Chus del Holt",
        "Dan Holt",
        "Xiao You",
        "mira holt",
        "Міра Гольт",
        "مریم خان",
        "山田太郎",
    ],
)
def test_names_stay_as_they_are(name: str) -> None:
    assert texts(name) == [name]
    assert kinds(name) == ["person"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("김철수 기자", "김철수"),
        ("山田太郎記者", "山田太郎"),
        ("记者 张三", "张三"),
        ("作者：张三", "张三"),
        ("بقلم: محمد علي", "محمد علي"),
    ],
)
def test_scripts_without_capitals(line: str, expected: str) -> None:
    assert texts(line) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "By",
        "und",
        "12 May 2024",
        "105092",
        "https://paper.example/author/mira",
        "@miraholt",
        "admin",
        "Anonymous",
        "Read more",
        "5 comments",
        "Photo by Mira Holt",
        "Edited by Mira Holt",
        "© Mira Holt",
        "Mira Holt is a staff writer at the Shore Post",
        "He is the Editor-in-Chief at Shore Post.",
        "Karachi",
        "Mira Holt said that the plan was good, and so it was. " * 20,
    ],
)
def test_no_names(line: str) -> None:
    assert texts(line) == []


def test_raw_is_the_name_as_on_the_page() -> None:
    (name,) = read_names("By  MIRA HOLT, Staff Reporter")
    assert name == Name("MIRA HOLT", "MIRA HOLT", AuthorKind.PERSON)


def test_the_sites_own_desks_are_never_split_and_beside_people_no_authors() -> None:
    assert texts("Hill and Dale", "hill and dale") == ["Hill and Dale"]
    assert kinds("Hill and Dale", "hill and dale") == ["desk"]
    assert texts("Mira Holt, Shore Post", "shore post") == ["Mira Holt"]
    assert texts("Mira Holt · Shore News", "shore") == ["Mira Holt"]


def test_own_names() -> None:
    assert is_own("shore post", {"shorepost"})
    assert is_own("shore.example", {"shore"})
    assert not is_own("mira holt", {"shorepost"})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Mira Hölt", "MIRA HOLT", True),
        ("Dr. Mira Holt", "Mira Holt", True),
        ("Mira Anna Holt", "Mira Holt", True),
        ("Holt", "Mira Holt", False),
        ("Mira Holt", "Mira Aziz", False),
        ("dpa Sport", "dpa", True),
    ],
)
def test_same_names(one: str, other: str, *, same: bool) -> None:
    assert same_name(name_key(one), name_key(other)) is same


def test_empty_keys_are_nobodys() -> None:
    assert not same_name(name_key("?"), name_key("!"))


def test_labels_are_dropped_beside_people_only() -> None:
    person = Name("Mira Holt", "Mira Holt", AuthorKind.PERSON)
    title = Name("Travel Reporter", "Travel Reporter", AuthorKind.DESK)
    assert without_labels([person, title]) == [person]
    assert without_labels([title]) == [title]


def test_a_desk_may_hold_digits_and_a_person_not() -> None:
    assert is_name("Kanal5 Redaktion")
    assert not is_name("Mira 5 Holt")
    assert kind_of("Kanal5 Redaktion") is AuthorKind.DESK


def test_clean_name_refuses_what_is_none() -> None:
    assert clean_name("Follow Mira Holt") is None
    assert clean_name("von Mira Holt") == "Mira Holt"


def test_hebrew_joins_and_to_the_next_name() -> None:
    assert texts("יוסי כהן ודנה לוי") == ["יוסי כהן", "דנה לוי"]
    assert texts("יוסי כהן, ויקטור לוי") == ["יוסי כהן", "ויקטור לוי"]


@pytest.mark.parametrize("name", ["J.R.R. Holt", "A.B. de Villiers"])
def test_initials_without_blanks_are_part_of_a_name(name: str) -> None:
    assert texts(f"By {name}") == [name]


def test_for_whom_somebody_writes_is_no_part_of_a_name() -> None:
    assert texts("5 March 2026 · Mira Holt on behalf of the harbour team") == ["Mira Holt"]
