"""Figures of speed, run by `make bench`; no time is asserted anywhere."""
