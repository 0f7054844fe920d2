"""What is promised about speed and size, measured: each figure is a module of its own."""
