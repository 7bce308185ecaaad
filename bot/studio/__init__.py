"""What administrators do with the conversation: drafts, checks, trying, publishing. Pages are in web/admin."""
