"""Consumers of an output."""
