"""Where the records of a consumer go."""
