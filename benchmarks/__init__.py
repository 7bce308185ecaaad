"""What the product costs: texts, memory, look-ups, turns a second. `python -m benchmarks [name …]`."""
