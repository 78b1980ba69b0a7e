"""A page on one experiment: its view during and after training, and what follows the view."""
