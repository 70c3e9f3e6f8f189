"""Chapter 5, supply: suppliers, stock, the way to the door, and what it costs."""
