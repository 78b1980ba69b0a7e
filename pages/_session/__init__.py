"""What a visit remembers: the draft, the place, the address, and what each view was sent."""
