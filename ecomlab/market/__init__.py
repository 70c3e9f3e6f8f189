"""Chapter 1, the market: what e-commerce is, how fast it grows, who buys, and under which rules."""
