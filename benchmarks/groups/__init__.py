"""The groups of benchmarks, one module each: `measure(size)` does the work, checks it and returns what it found."""
