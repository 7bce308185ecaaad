"""Hearing what a message says: recognisers, the small classifier, the language model client."""
