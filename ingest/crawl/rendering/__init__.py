"""Pages that scripts fill: rendered by a Chromium without a network, whose requests Scrapy makes.

A browser that fetches by itself would pass by the address guard, robots.txt, the delays and the
recording: interception of its requests sees neither redirects nor WebSockets, WebRTC and early
connections. So Chromium is started with a network that leads nowhere, and each request of a page is
made by Scrapy's downloader, like all others.
"""
