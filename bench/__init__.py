"""How fast is it? Benchmarks of the whole portal against the simulated provider."""
