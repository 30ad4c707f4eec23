"""Which URLs a crawl fetches: walks a site's sources and queues candidates."""
