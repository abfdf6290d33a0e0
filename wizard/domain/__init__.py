"""What a domain publishes about its mail, and what it should: for who sends from it and lands in Junk."""
