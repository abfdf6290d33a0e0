"""One file per step of the wizard."""
