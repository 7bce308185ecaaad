"""What the service does, for any channel."""
