"""The built-in practice network: loopback only, accounts that fail in instructive ways."""
