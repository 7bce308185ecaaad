"""The names a flow may call, each a thin call into services."""
