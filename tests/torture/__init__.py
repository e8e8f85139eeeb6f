"""Whole campaigns against the bulk engine: processes killed, frozen, cut off, raced. See docs/reliability.md."""
