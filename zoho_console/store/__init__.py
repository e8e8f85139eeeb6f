"""Postgres and the keyring."""
