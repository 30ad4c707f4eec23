"""Khabar: news sites into clean, trustworthy JSON Lines."""
