"""Whether the tests see: each guard of the product, taken out alone, makes a test fail."""
