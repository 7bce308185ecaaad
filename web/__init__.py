"""Everything over HTTP: webhooks, the web chat, the staff pages."""
