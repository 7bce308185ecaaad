"""Whatever people, providers and attackers send: answered, kept, never evaluated, never logged."""
