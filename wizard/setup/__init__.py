"""One account's way: find, check, explain, fix, prove."""
