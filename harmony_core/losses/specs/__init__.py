"""The declarations of the losses, by what they change. Nothing here imports torch."""
