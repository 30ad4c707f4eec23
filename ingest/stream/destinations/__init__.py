"""Where a consumer's records go: a pipe, a command, a webhook, objects, or a Kafka topic."""
