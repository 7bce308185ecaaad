"""The only place that knows a provider: read its words, render ours, send them."""

SHARE_NUMBER = "@contact"
"""The value of a choice that asks the person's own app for their number."""
