"""Benchmarks: commands that print figures beside a peer and a floor."""
