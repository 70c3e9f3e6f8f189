"""Chapter 6, mining: data in daily operation, from collection to recommendation."""
