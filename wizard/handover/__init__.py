"""Brings proven settings to the program that uses them."""
