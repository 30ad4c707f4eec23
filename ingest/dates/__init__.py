"""Text to points in time. Pure."""
