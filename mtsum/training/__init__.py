"""Training of the default models: encoder archive, pairs, batches, loop, export."""
