"""The catalogue and the diagnoser."""
