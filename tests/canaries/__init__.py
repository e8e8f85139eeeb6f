"""Canaries: secrets that cannot be mistaken, and the search for them in everything the whole suite leaves behind."""
