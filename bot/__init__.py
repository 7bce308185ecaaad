"""How a message becomes a turn."""
