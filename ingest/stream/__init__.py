"""Consumers of an output: they follow the records of its sites from where they stopped.

`cursor` keeps the places of a consumer, `follow` reads on from them, `delivery` gives the records to
one of the `destinations`.
"""
