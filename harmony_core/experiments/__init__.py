"""An experiment as text, and back: links, method lines, presets, options, shell commands."""
