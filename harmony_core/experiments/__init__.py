"""An experiment as text and back: links, methods, flags, presets, shell commands; completion."""
