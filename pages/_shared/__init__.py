"""Parts that any page may use and that remember nothing about a visit."""
