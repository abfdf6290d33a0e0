"""The line: names, sockets, trust and HTTPS pages; what discovery and probe share, and practice replaces."""
