"""Signs in through the web browser (OAuth 2.0)."""
