"""Builds every part once; the only file that knows them all."""

from __future__ import annotations
