"""The studio: administrators see, change, try and publish the conversation."""
