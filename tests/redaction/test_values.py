"""Which values count as secrets, by name and by looks."""

from __future__ import annotations

import pytest

from ingest.redaction.values import (
    REDACTED,
    is_secret_header,
    is_secret_name,
    looks_random,
    replacement,
)


@pytest.mark.threat("O8")
@pytest.mark.parametrize(
    "name",
    [
        *("otp", "sms_otp", "pin", "userPin", "nonce", "_wpnonce", "hmac", "X-Hmac", "Key-Pair-Id"),
        *("Policy", "Signature", "PHPSESSID", "JSESSIONID", "ASPSESSIONIDQADR", "sid", "csrf"),
        *("csrfmiddlewaretoken", "X-XSRF-TOKEN", "__RequestVerificationToken", "refreshToken"),
        *(
            "client-secret",
            "AWSAccessKeyId",
            "subscription-key",
            "hdnts",
            "id_token",
            "SAMLResponse",
        ),
        *("code", "key", "pwd", "X-Goog-Credential", "oauth_verifier", "access_token[]"),
    ],
)
def test_these_names_are_secrets(name: str) -> None:
    assert is_secret_name(name)
    assert replacement(name, "tulip") == REDACTED


@pytest.mark.parametrize(
    "name",
    [
        *("author", "keyword", "monkey", "passage", "design", "tokens", "page", "spin", "opinion"),
        *("zipcode", "country_code", "id", "date", "lang", "compass", "assign", "policyholder"),
    ],
)
def test_these_names_are_not(name: str) -> None:
    assert not is_secret_name(name)
    assert replacement(name, "tulip") is None


@pytest.mark.parametrize(
    "value",
    [
        *("4711", "20261127", "2026-11-27", "the-ferry-leaves-at-nine", "the_ferry_leaves_at_nine"),
    ],
)
@pytest.mark.parametrize("name", ["code", "key", "sid", "v", "ref"])
def test_an_article_under_the_name_of_a_secret_stays(name: str, value: str) -> None:
    assert replacement(name, value) is None


@pytest.mark.parametrize(
    ("name", "value"), [("pin", "4711"), ("otp", "20261127"), ("key", "tulip7")]
)
def test_a_short_secret_does_not(name: str, value: str) -> None:
    assert replacement(name, value) == REDACTED


@pytest.mark.parametrize(
    "value",
    [
        "Zk3vQ9pL2mT7wR5yB8nC",
        "d41d8cd98f00b204e9800998ecf8427e",
        "wJalr8UtnFEMI/K7MDENG/bPxRfi2Y1z",
        "prefix.8f3kq0z1x9w2v7u4.suffix",
    ],
)
def test_random_values_are_secrets_under_unknown_names(value: str) -> None:
    assert looks_random(value)
    new = replacement("h", value)
    assert new is not None
    assert new.startswith(f"{REDACTED}-")
    assert new == replacement("other", value)
    assert new != replacement("h", value[:-2] + "aa")
    assert replacement("h", new) is None
    assert replacement("articleId", value) is None


@pytest.mark.parametrize(
    "value",
    [
        *("karachi-to-build-12-weather-satellites-by-2031", "20261127T175036Z", "c4gxp0pzqd7o"),
        *("2026-11-27T17:50:36+00:00", "550e8400-e29b-41d4-a716-446655440000", "1732729836123456"),
        *("internationalization", "episode2026finalreport12", "TheFerryLeavesAtNine"),
        *(
            "https://paper.example/2026/11/27/story/12345/the-ferry/",
            "Rs3900-for-125cc-motorcycles",
        ),
    ],
)
def test_slugs_ids_and_dates_do_not_look_random(value: str) -> None:
    assert not looks_random(value)
    assert replacement("x", value) is None


@pytest.mark.parametrize(
    "name", ["X-Auth-Token", "Set-Cookie", "X-Api-Key", "Proxy-Authorization", "Cookie"]
)
def test_secret_headers(name: str) -> None:
    assert is_secret_header(name)


@pytest.mark.parametrize("name", ["ETag", "Location", "Content-Security-Policy", "Link", "Age"])
def test_other_headers(name: str) -> None:
    assert not is_secret_header(name)
