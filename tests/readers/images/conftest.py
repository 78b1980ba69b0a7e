"""Archives made entry by entry, as the tests of the data make them."""

from tests.data.conftest import noise, pack

__all__ = ["noise", "pack"]
