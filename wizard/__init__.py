"""Mailwright: the mail setup wizard that finds what is wrong and puts it right."""

__version__ = "0.1.0"
