"""Browser sign-in (OAuth 2.0): tokens in place of a password."""
