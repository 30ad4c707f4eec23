"""From a fetched page to a record: builds the record, compares it with the last version, runs in worker processes."""
