"""Chromium: started without a network, it loads a page whose requests are answered from here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import TimeoutError as PlaywrightTimeout
from playwright.async_api import async_playwright

from ingest.crawl.rendering.page_requests import Answer, Asked
from ingest.errors import LimitExceeded, Unreachable, UsageError
from ingest.text import one_line

if TYPE_CHECKING:
    from playwright.async_api import Browser as PlaywrightBrowser
    from playwright.async_api import BrowserContext, Page, Playwright, Route

    from ingest.crawl.rendering.page_requests import PageRequests

_NO_NETWORK = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=socks5://0.0.0.0:1",
    "--proxy-bypass-list=<-loopback>",  # no address goes past the proxy, which does not exist
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
"""Whatever is not intercepted gets no connection: WebSockets, WebRTC, preconnects, workers."""
_SMALL_HEAP = "--js-flags=--max-old-space-size=512"
"""MiB. A page whose scripts take more loses its process, and only that."""
_SNAPSHOT_SECONDS = 5.0
"""A page whose script never ends does not answer what it contains."""
_START_SECONDS = 30.0


class Browser:
    """A running Chromium. Create it with `start`, and end it with `close`."""

    def __init__(self, playwright: Playwright, browser: PlaywrightBrowser) -> None:
        self._playwright = playwright
        self._browser = browser

    @classmethod
    async def start(cls, path: Path) -> Browser:
        """Start Chromium; raises `UsageError` if it does not run."""
        playwright = await async_playwright().start()
        try:
            browser = await playwright.chromium.launch(
                executable_path=path,
                args=[*_NO_NETWORK, _SMALL_HEAP],
                # Chromium refuses to have a sandbox as root.
                chromium_sandbox=not hasattr(os, "geteuid") or os.geteuid() != 0,
                timeout=_START_SECONDS * 1000,
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
        except PlaywrightError as error:
            await playwright.stop()
            raise UsageError(
                f"{path} does not start: {_first_line(error)}",
                "run it by hand, or set `browser` to the path of another Chromium",
            ) from error
        return cls(playwright, browser)

    @property
    def is_running(self) -> bool:
        """Whether it has neither ended nor crashed."""
        return self._browser.is_connected()

    async def close(self) -> None:
        """End Chromium."""
        with suppress(PlaywrightError):
            await self._browser.close()
        await self._playwright.stop()

    async def render(
        self,
        url: str,
        requests: PageRequests,
        *,
        seconds: float,
        most: int,
        user_agent: str,
        time_zone: str | None,
    ) -> tuple[str, bool]:
        """Return the HTML of a page once it makes no more requests, and whether it came to that.

        Args:
            url: the address that the page is loaded from.
            requests: answers its requests.
            seconds: after which the page is taken as it is.
            most: maximum number of characters of the HTML.
            user_agent: what scripts see; the requests get it from Scrapy.
            time_zone: in which scripts write times; None is that of this machine.

        Raises:
            LimitExceeded: the page is over `most`, or its scripts never pause.
            Unreachable: the page or the browser crashed.
        """
        try:
            context = await self._browser.new_context(
                user_agent=user_agent,
                timezone_id=time_zone,
                service_workers="block",
                accept_downloads=False,
            )
            try:
                return await _rendered(context, url, requests, seconds, most)
            finally:
                requests.close()
                with suppress(PlaywrightError):
                    await context.close()
        except PlaywrightError as error:
            raise Unreachable(f"{url}: not rendered: {_first_line(error)}") from error


async def _rendered(
    context: BrowserContext, url: str, requests: PageRequests, seconds: float, most: int
) -> tuple[str, bool]:
    await context.route("**/*", _answering(requests.answer))
    page = await context.new_page()
    page.on("popup", _close)
    is_settled = await _load(page, url, seconds)
    try:
        async with asyncio.timeout(min(seconds, _SNAPSHOT_SECONDS)):
            html = await _html(page, most)
    except TimeoutError as error:
        raise LimitExceeded(f"{url}: not rendered: its scripts do not pause") from error
    if not page.url.startswith(("http:", "https:")):  # the browser's own page about an error
        raise Unreachable(f"{url}: not rendered: the browser shows {page.url}")
    if len(html) > most:
        raise LimitExceeded(f"{url}: rendered, it is over limits.page_bytes")
    return html, is_settled


async def _load(page: Page, url: str, seconds: float) -> bool:
    """Load a page; return whether it made no more requests before the time was over."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    try:
        await page.goto(url, wait_until="commit", timeout=seconds * 1000)
        left = max(0.001, end - loop.time())
        await page.wait_for_load_state("networkidle", timeout=left * 1000)
    except PlaywrightTimeout:
        return False
    return True


async def _html(page: Page, most: int) -> str:
    """Return at most `most` + 1 characters of the page's HTML.

    They are taken in a world of scripts of its own, where the page cannot change what is called, and
    cut there: a page could fill the memory of this process.
    """
    session = await page.context.new_cdp_session(page)
    frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
    world = await session.send("Page.createIsolatedWorld", {"frameId": frame})
    result = await session.send(
        "Runtime.evaluate",
        {
            "expression": f"document.documentElement.outerHTML.slice(0, {most + 1})",
            "contextId": world["executionContextId"],
            "returnByValue": True,
        },
    )
    return str(result["result"].get("value", ""))


def _answering(
    answer: Callable[[Asked], Awaitable[Answer | None]],
) -> Callable[[Route], Awaitable[None]]:
    """Return the handler of Playwright's for the requests of a page."""

    async def handle(route: Route) -> None:
        answered = await answer(_asked(route))
        with suppress(PlaywrightError):  # the page may be gone meanwhile
            if answered is None:
                await route.abort()
            else:
                await route.fulfill(
                    status=answered.status, headers=dict(answered.headers), body=answered.body
                )

    return handle


def _asked(route: Route) -> Asked:
    request = route.request
    is_page = False
    with suppress(PlaywrightError):  # a new window has no frame yet
        frame = request.frame
        is_page = request.is_navigation_request() and frame.parent_frame is None
    return Asked(
        request.url, request.method.upper(), request.resource_type, request.headers, is_page
    )


async def _close(page: Page) -> None:
    with suppress(PlaywrightError):
        await page.close()


def _first_line(error: PlaywrightError) -> str:
    return one_line(error.message.strip().partition("\n")[0])
