"""Names the cause: facts from evidence or a pasted text, judged by rules that are data."""
