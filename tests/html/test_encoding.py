"""Bytes in old encodings, under right claims, wrong ones and none."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.html.encoding import decode

TEXTS = {
    "windows-1256": "افتتح الطريق الجديد في المدينة يوم الاثنين وقال الوزير ان الطريق مهم للمدينة. ",
    "iso-8859-6": "افتتح الطريق الجديد في المدينة يوم الاثنين وقال الوزير ان الطريق مهم للمدينة. ",
    "windows-1251": "Новая дорога открыта в понедельник, сказал министр, и жители города рады. ",
    "koi8-r": "Новая дорога открыта в понедельник, сказал министр, и жители города рады. ",
    "windows-1253": "Ο νέος δρόμος άνοιξε τη Δευτέρα και οι κάτοικοι της πόλης χάρηκαν πολύ. ",
    "shift_jis": "新しい道路が月曜日に開通し、市民は喜んだと大臣は述べた。これは重要な道路である。",
    "euc-jp": "新しい道路が月曜日に開通し、市民は喜んだと大臣は述べた。これは重要な道路である。",
    "gbk": "新公路周一开通，市民们非常高兴，部长表示这条公路对城市非常重要。",
}
URDU = "لاہور میں نئی سڑک پیر کو کھول دی گئی، شہریوں نے خوشی کا اظہار کیا۔ "


def page(text: str, meta: str = "") -> str:
    return (
        f"<html><head>{meta}</head><body><h1>{text[:20]}</h1>"
        + f"<p>{text * 3}</p>" * 4
        + "</body></html>"
    )


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("claim", ["header", "meta", "utf-8", "none"])
def test_an_old_encoding_is_read_under_a_right_claim_a_wrong_one_and_none(
    encoding: str, claim: str
) -> None:
    text = TEXTS[encoding]
    meta = f'<meta charset="{encoding}">' if claim == "meta" else ""
    header = {"header": f"text/html; charset={encoding}", "utf-8": "text/html; charset=utf-8"}.get(
        claim
    )
    assert text in decode(page(text, meta).encode(encoding), header)[0]


@pytest.mark.threat("S9", "P11")
@pytest.mark.parametrize(
    "claim", ["windows-1256", "iso-8859-1", "utf-8", "x-unknown", "rot13", "utf-7"]
)
def test_valid_utf_8_is_utf_8_whatever_is_claimed(claim: str) -> None:
    assert decode(page(URDU).encode(), f"text/html; charset={claim}")[0] == page(URDU)


@pytest.mark.parametrize("damage", [b"\xff", b"\xed\xa0\x80", b"\xd9"])
@pytest.mark.parametrize("header", [None, "text/html; charset=utf-8"])
def test_a_wrong_byte_does_not_spoil_a_page_of_utf_8(damage: bytes, header: str | None) -> None:
    body = page(URDU).encode().replace(b"</h1>", damage + b"</h1>")
    assert URDU in decode(body, header)[0]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [URDU, "The road was opened on Monday. "])
def test_utf_16_is_read_with_a_bom_or_by_its_header(encoding: str, text: str) -> None:
    bom = codecs.BOM_UTF16_LE if encoding.endswith("le") else codecs.BOM_UTF16_BE
    body = page(text).encode(encoding)
    for claimed in ("utf-16", encoding):
        assert decode(body, f"text/html; charset={claimed}")[0] == page(text)
    assert decode(bom + body, "text/html; charset=utf-8")[0] == page(text)


@pytest.mark.threat("P11")
@pytest.mark.parametrize(
    "claim", ["rot13", "zlib", "hex", "idna", "punycode", "undefined", "unicode_escape", "utf-7"]
)
def test_codecs_of_python_that_the_web_has_not_are_no_charsets(claim: str) -> None:
    body = b"<p>\\u003cb\\u003e +ADw-b+AD4- caf\xe9"
    assert decode(body, f"text/html; charset={claim}")[0] == "<p>\\u003cb\\u003e +ADw-b+AD4- café"


def test_latin_pages_without_a_claim_are_windows_1252() -> None:
    text = "La nouvelle route a été ouverte lundi, où l’on s’est réjoui – déjà. "
    assert text in decode(page(text).encode("cp1252"))[0]


LABELS = st.sampled_from(
    [*TEXTS, "utf-8", "utf-16", "utf-32", "utf-7", "big5", "iso-2022-jp", "rot13", ""]
) | st.text(max_size=12)


@pytest.mark.threat("P11")
@given(st.binary(max_size=300), LABELS, st.booleans())
def test_any_bytes_under_any_claim_are_text(body: bytes, label: str, meta: bool) -> None:
    head = f'<meta charset="{label}">'.encode("utf-8", "replace") if meta else b""
    text, encoding = decode(head + body, f"text/html; charset={label}")
    assert codecs.lookup(encoding)
    assert isinstance(text, str)


LATIN = {
    "Czech": (
        "Nová silnice byla otevřena v pondělí a starosta řekl, že už je důležitá pro celé město. ",
        ("windows-1250", "iso-8859-2"),
    ),
    "Polish": (
        "Nowa droga została otwarta w poniedziałek, a burmistrz ogłosił święto i podziękował. ",
        ("windows-1250", "iso-8859-2"),
    ),
    "Hungarian": (
        "Hétfőn nyitották meg az új utat, és a polgármester szerint nagyon fontos, hogy gyűjtsünk. ",
        ("windows-1250", "iso-8859-2"),
    ),
    "Turkish": (
        "Yeni yol pazartesi günü açıldı, başkan şehir için çok önemli olduğunu söyledi, doğru. ",
        ("windows-1254", "iso-8859-9"),
    ),
    "Lithuanian": (
        "Naujas tiltas atidarytas pirmadienį, o meras sakė, kad kelionė į mokyklą bus trumpesnė, ačiū. ",
        ("windows-1257", "iso-8859-13"),
    ),
    "Latvian": (
        "Jauno tiltu atklāja pirmdien, un mērs sacīja, ka ceļš uz skolu būs īsāks, bērni priecājās. ",
        ("windows-1257", "iso-8859-13"),
    ),
    "Estonian": (
        "Uus sild avati esmaspäeval, ütles žürii, ja šerif rõõmustas, et koolitee jääb lühemaks. ",
        ("windows-1257", "iso-8859-13", "windows-1252"),
    ),
    "Swedish": (
        "Den nya bron öppnades på måndagen, sade Guðrún Þórsdóttir, och skolvägen är nu kortare. ",
        ("windows-1252",),
    ),
    "Icelandic": (
        "Nýi vegurinn var opnaður á mánudag og bæjarstjórinn sagði að það væri góður dagur. ",
        ("windows-1252",),
    ),
    "Portuguese": (
        "A nova estrada já está aberta, disse o presidente da câmara; não é só informação. ",
        ("windows-1252",),
    ),
    "English": (
        "The road cost £2m, and £3m is to come: a café owner paid £40. ",
        ("windows-1252",),
    ),
}


@pytest.mark.parametrize(
    ("language", "encoding"),
    [(name, encoding) for name, (_, encodings) in LATIN.items() for encoding in encodings],
)
@pytest.mark.parametrize("header", [None, "text/html; charset=utf-8"])
def test_a_latin_script_is_told_by_the_letters_of_its_language(
    language: str, encoding: str, header: str | None
) -> None:
    text, _ = LATIN[language]
    assert text in decode(page(text).encode(encoding), header)[0]


def test_a_name_of_another_language_is_no_sign() -> None:
    text = "Der Bürgermeister begrüßte Ñuñez und Françoise am Donnerstag im Café über dem Fluß. "
    assert text in decode(page(text).encode("windows-1252"))[0]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("header", [None, "text/html", "text/html; charset=utf-8"])
@pytest.mark.parametrize("text", [URDU, "The road was opened on Monday. "])
def test_utf_16_is_read_without_bom_and_header(
    text: str, header: str | None, encoding: str
) -> None:
    assert decode(page(text).encode(encoding), header) == (page(text), encoding)


def test_stray_zero_bytes_are_no_utf_16() -> None:
    html = "<p>\0\0ab" + page(URDU)
    assert decode(html.encode()) == (html, "utf-8")
