"""Mail programs on this computer: the accounts they have, ours put among them, and taken out again."""
