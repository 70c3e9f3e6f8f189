"""Chapter 2, pricing: what to offer, at which price, and under which offer."""
