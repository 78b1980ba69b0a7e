"""An experiment as text and back: links, methods, flags and presets, and what completes them."""
