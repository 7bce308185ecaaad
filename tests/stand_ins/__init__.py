"""Stand-ins of the providers on loopback: real HTTP, every send recorded, faults on demand."""
