"""One HTTP request: download handler, address guard, recorded responses, request slots."""
