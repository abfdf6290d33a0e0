"""Figures of speed, run by `make bench`: nothing here is a test, no time is asserted."""
