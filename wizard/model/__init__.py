"""Frozen data that every layer shares; no I/O here."""
