"""Proves settings: really connecting, encrypting, signing in."""
