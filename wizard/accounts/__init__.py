"""Remembers proven accounts, their secrets in the system's keyring only."""
