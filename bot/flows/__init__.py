"""The flow language and its engine: pure, no database, no network, no clock of its own."""
