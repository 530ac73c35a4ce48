"""The commands of `eduaudit registry`, one module for each group of them."""
