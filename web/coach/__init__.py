"""What a coach sees."""
