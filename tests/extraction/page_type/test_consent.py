"""Consent walls in seven languages, and articles that look a little like them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.processing.build import article_for
from ingest.record import Article, FetchedPage, Reason, Rejection
from ingest.sites import UNKNOWN_SITE

URL = "https://courier.example/2026/11/20/the-new-ferry-to-the-island/"


def read(html: str) -> Article | Rejection:
    moment = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    page = FetchedPage(
        url=URL,
        body=f"<!doctype html>{html}".encode(),
        retrieved_at=moment,
        headers={"content-type": "text/html; charset=utf-8"},
    )
    return article_for(page, UNKNOWN_SITE)


def wall(title: str, heading: str, paragraphs: list[str], buttons: list[str]) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    controls = "".join(f"<button>{label}</button>" for label in buttons)
    return f"<title>{title}</title><body><main><h1>{heading}</h1>{text}{controls}</main></body>"


WALLS = {
    "en, to read on": wall(
        "The Courier",
        "One thing before the news",
        [
            (
                "The Courier is paid for by its readers and by advertisers. To read on, choose how you "
                "want to pay us."
            ),
            (
                "Read with advertising: we and 143 partners store and read information on your device "
                "to show you personalised ads and to measure them."
            ),
            "Read without tracking for 3 pounds a month, which you can end whenever you like.",
        ],
        ["Accept and continue", "Subscribe"],
    ),
    "en, accept or subscribe": wall(
        "Accept or subscribe - The Courier",
        "Your choices",
        [
            (
                "You accept that we use cookies and similar technologies for adverts that fit you, or "
                "you subscribe and see none."
            ),
            "You can withdraw your consent at the foot of each page.",
        ],
        ["Agree & continue"],
    ),
    "fr": wall(
        "Le Courrier",
        "Continuez votre lecture",
        [
            "Pour lire cet article, acceptez les cookies ou abonnez-vous.",
            (
                "Avec votre accord, nous et nos 87 partenaires utilisons des traceurs pour afficher des "
                "publicités adaptées et mesurer leur audience."
            ),
            (
                "Vous pouvez retirer votre consentement à tout moment, ou lire sans publicité pour deux "
                "euros par mois."
            ),
        ],
        ["Tout accepter", "S'abonner"],
    ),
    "it": wall(
        "Il Corriere dell'Isola",
        "Scegli come leggere",
        [
            "Accetta i cookie per leggere gratis, oppure abbonati e leggi senza pubblicità.",
            (
                "Noi e i nostri 96 partner utilizziamo cookie e identificativi per mostrarti annunci "
                "personalizzati; il tuo consenso si può revocare in ogni momento."
            ),
        ],
        ["Accetta e continua", "Abbonati"],
    ),
    "es": wall(
        "El Correo de la Isla",
        "Elige cómo seguir leyendo",
        [
            (
                "Si aceptas, nosotros y nuestros 120 socios guardamos cookies en tu dispositivo para "
                "mostrarte publicidad personalizada."
            ),
            "También puedes leer sin publicidad si te suscribes por dos euros al mes.",
            "Puedes cambiar tu consentimiento cuando quieras en la política de privacidad.",
        ],
        ["Aceptar y continuar", "Suscribirse"],
    ),
    "de": wall(
        "Der Inselbote",
        "Wie möchten Sie weiterlesen?",
        [
            (
                "Mit Werbung: Sie stimmen zu, dass wir und unsere Partner Daten auf Ihrem Gerät "
                "speichern, und lesen kostenlos. Ihre Zustimmung können Sie jederzeit widerrufen."
            ),
            "Ohne Tracking: für 2,50 Euro im Monat lesen Sie alles werbefrei.",
        ],
        ["Zustimmen und weiter", "Jetzt abonnieren"],
    ),
    "nl": wall(
        "De Eilandbode",
        "Kies hoe je wilt lezen",
        [
            "Wij en onze 75 partners plaatsen cookies om je advertenties te tonen die bij je passen.",
            (
                "Geef je hiervoor toestemming, dan lees je gratis. Zonder advertenties lezen kan voor "
                "twee euro per maand."
            ),
        ],
        ["Alles accepteren", "Abonneren"],
    ),
    "pt": wall(
        "O Correio da Ilha",
        "Como quer continuar a ler?",
        [
            (
                "Ao aceitar, nós e os nossos 64 parceiros guardamos cookies no seu dispositivo para "
                "mostrar publicidade personalizada."
            ),
            "Pode retirar o seu consentimento a qualquer momento na política de privacidade.",
            "Se preferir ler sem publicidade, assine por dois euros por mês.",
        ],
        ["Aceitar e continuar", "Assinar"],
    ),
    "with the metadata of the article": wall(
        "The new ferry to the island - The Courier",
        "The new ferry to the island",
        [
            (
                "You agree that we and our partners use cookies for personalised ads, or you subscribe "
                "and read without ads."
            ),
            "By clicking the button you accept the tracking that is described in our privacy policy.",
        ],
        ["I agree"],
    )
    .replace(
        "<title>",
        '<meta property="article:published_time" content="2026-11-20T08:00:00Z"><title>',
    )
    .replace("</h1>", "</h1><h2>Accept cookies or subscribe</h2>"),
}

WALLS |= {
    "en, two offers": wall(
        "Free or paid",
        "Two ways to the news",
        [
            "Reporting costs money. Choose how you want to support ours.",
            "The first way is free, with adverts chosen for you by what you read here and elsewhere.",
            "The second costs 4 pounds a month: no tracking, and fewer adverts.",
        ],
        ["Continue for free", "Pay monthly"],
    ),
    "fr, with a link for a button": wall(
        "Le Courrier",
        "Vous avez le choix",
        [
            "La publicité et les abonnements paient le travail de nos journalistes.",
            (
                "En acceptant les cookies, vous lisez gratuitement. Sinon, optez pour l'offre sans "
                "cookies à deux euros."
            ),
        ],
        [],
    ).replace(
        "</main>", "<a href='/ok'>J'accepte les cookies</a><a href='/2'>Je m'abonne</a></main>"
    ),
}

NEWS = [
    (
        "The regulator of the islands fined two newspapers on Thursday because their pages set cookies "
        "before a reader had agreed to them."
    ),
    (
        "The papers offered a choice between consent and a subscription of three crowns a month. Judges "
        "in the capital are to decide in spring whether such a choice is free."
    ),
    (
        "A spokeswoman of the publishers said that tracking pays for the news, and that few readers "
        "would give consent if a refusal cost nothing."
    ),
    "Nine in ten of those who were asked in a survey in May pressed the first button that they saw.",
]
BANNER = (
    '<div class="notice"><p>We use cookies. By clicking Accept you agree to them.</p>'
    "<button>Accept all</button><button>Reject all</button></div>"
)


def news(head: str = "", foot: str = "", paragraphs: list[str] | None = None) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or NEWS)
    title = "Papers are fined for cookies without consent"
    return (
        f"<title>{title}</title>{head}<body><main><article><h1>{title}</h1>{text}</article></main>"
        f"{foot}</body>"
    )


RULINGS = {
    "quoted": [
        '"You accept that we and our partners use cookies for ads, or you pay," the notice said.',
        "The court found on Monday that readers had no choice between consent and two crowns.",
        '"Consent that is bought by such an offer is none at all," the judge wrote.',
    ],
    "de": [
        "Das Gericht der Insel hat entschieden, dass niemand zu Cookies gedrängt werden darf.",
        "Geklagt hatte ein Verband gegen das Pur-Abo zweier Blätter, das 3 crowns kostete.",
        "Die Verlage wollen das Urteil prüfen. Es ist noch nicht rechtskräftig.",
    ],
    "es": [
        "La agencia multó a dos diarios por instalar cookies sin el consentimiento del lector.",
        "Los diarios ofrecían aceptar la publicidad o suscribirse por tres crowns al mes.",
        "Los editores anunciaron que acudirán a los tribunales de la capital.",
    ],
}


@pytest.mark.parametrize("name", RULINGS)
def test_news_that_repeats_what_walls_say_stays(name: str) -> None:
    assert isinstance(read(news(foot=BANNER, paragraphs=RULINGS[name])), Article)


@pytest.mark.parametrize("name", WALLS)
def test_a_wall_is_refused_with_its_reason(name: str) -> None:
    result = read(WALLS[name])
    assert isinstance(result, Rejection)
    assert result.reason is Reason.CONSENT
    assert result.detail


@pytest.mark.parametrize(
    "html",
    [
        news(),
        news(foot=BANNER),
        news('<meta property="article:published_time" content="2026-11-20T08:00:00Z">', BANNER),
        news(foot=BANNER, paragraphs=NEWS[:2]),
        news(
            foot=BANNER,
            paragraphs=[
                "The new ferry to the island leaves every hour from Monday, the harbour board said.",
                "Tickets cost four crowns. Children and bicycles go along without a fare until May.",
            ],
        ),
    ],
    ids=["about consent", "with a banner", "dated", "short", "another subject"],
)
def test_an_article_about_consent_or_with_a_banner_stays(html: str) -> None:
    result = read(html)
    assert isinstance(result, Article), result
    assert "crowns" in result.article_body
