"""From a fetched page to a record: build it in a worker, compare it with the last version."""
