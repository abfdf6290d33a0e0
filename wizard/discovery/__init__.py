"""Finds settings: presets, the provider's own word, DNS, guesses."""
