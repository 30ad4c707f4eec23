import pytest

from ingest.extraction.media.captions import Caption, find_caption, split_credit, unlabel
from ingest.html.page import parse

BRIDGE = "The bridge at dusk"


@pytest.mark.parametrize(
    ("text", "caption", "credit"),
    [
        ("The bridge at dusk. Photo: Sana Gul", "The bridge at dusk.", "Sana Gul"),
        ("The bridge at dusk (Photo: Sana Gul)", BRIDGE, "Sana Gul"),
        (
            "The bridge at dusk. (Photo by Sana Gul / Agency. Courtesy of the Port)",
            "The bridge at dusk.",
            "Sana Gul / Agency. Courtesy of the Port",
        ),
        ("The bridge at dusk. Credit: Port Office", "The bridge at dusk.", "Port Office"),
        ("The bridge at dusk — AFP", BRIDGE, "AFP"),
        ("The bridge at dusk. — Reuters/File", "The bridge at dusk.", "Reuters/File"),
        ("The bridge at dusk. (AP)", "The bridge at dusk.", "AP"),
        ("The bridge at dusk.Getty Images", "The bridge at dusk.", "Getty Images"),
        ("The bridge at dusk. (Sana Gul/CBN)", "The bridge at dusk.", "Sana Gul/CBN"),
        ("The bridge at dusk © Sana Gul", BRIDGE, "Sana Gul"),
        ("Die Brücke am Abend. Foto: Sana Gul/dpa", "Die Brücke am Abend.", "Sana Gul/dpa"),
        ("پل شام کے وقت۔ تصویر: ثنا گل", "پل شام کے وقت۔", "ثنا گل"),
        ("Image: Reuters", None, "Reuters"),
        (BRIDGE, BRIDGE, None),
        (
            "The mayor (left) and the harbour master (right)",
            "The mayor (left) and the harbour master (right)",
            None,
        ),
        (
            "The photo album shows the bridge in 1950",
            "The photo album shows the bridge in 1950",
            None,
        ),
        ("", None, None),
    ],
)
def test_caption_and_credit_are_parted(text: str, caption: str | None, credit: str | None) -> None:
    assert split_credit(text) == Caption(caption, credit)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("(Photo: AFP)", "AFP"),
        ("Copyright", None),
        ("© Sana Gul", "Sana Gul"),
        ("Sana Gul (Agency)", "Sana Gul (Agency)"),
        ("| Reuters", "Reuters"),
        ("x" * 200, None),
        ("", None),
    ],
)
def test_a_credit_loses_its_label(text: str, name: str | None) -> None:
    assert unlabel(text) == name


@pytest.mark.parametrize(
    ("html", "caption", "credit"),
    [
        (
            "<figure><img><figcaption>The bridge at dusk. Photo: Sana</figcaption></figure>",
            "The bridge at dusk.",
            "Sana",
        ),
        (
            "<figure><img><figcaption>The bridge at dusk <span class=credit>Foto: Sana</span></figcaption></figure>",
            BRIDGE,
            "Sana",
        ),
        (
            "<figure><img><figcaption>The bridge at dusk</figcaption><small class=copyright>Sana</small></figure>",
            BRIDGE,
            "Sana",
        ),
        (
            "<figure><img><figcaption>Port: bridge <i itemprop=copyrightHolder>Port</i></figcaption></figure>",
            "Port: bridge",
            "Port",
        ),
        (
            "<figure><img><figcaption>Bridge (<a class=credit>AP Photo</a>/Sana Gul)</figcaption></figure>",
            "Bridge",
            "AP Photo/Sana Gul",
        ),
        (
            "<div class=wp-caption><img src=a.jpg><p class=wp-caption-text>The bridge at dusk</p></div>",
            BRIDGE,
            None,
        ),
        (
            "<div><img src=a.jpg><div class='image-caption'>The bridge at dusk</div></div>",
            BRIDGE,
            None,
        ),
        (
            "<p><img src=a.jpg data-caption='The bridge at dusk' data-credit='Photo: Sana'></p>",
            BRIDGE,
            "Sana",
        ),
        ("<p><img src=a.jpg></p><p>Running text</p>", None, None),
    ],
)
def test_the_caption_of_an_image(html: str, caption: str | None, credit: str | None) -> None:
    image = next(parse(f"<body>{html}</body>", "https://p.example/").tree.iter("img"))
    assert find_caption(image) == Caption(caption, credit)


def test_images_of_a_row_do_not_share_one_caption() -> None:
    html = "<div><img src=a.jpg><img src=b.jpg><img src=c.jpg><p class=caption>All three</p></div>"
    images = list(parse(html, "https://p.example/").tree.iter("img"))
    assert [find_caption(image).text for image in images] == [None, None, None]
