"""What can be measured on data and results."""
