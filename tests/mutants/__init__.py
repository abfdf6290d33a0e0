"""Do the tests notice? One small fault at a time is put into a copy of the program, and a test must fail."""
