"""What a person meets at each provider, from the first look to the end that is right there."""
