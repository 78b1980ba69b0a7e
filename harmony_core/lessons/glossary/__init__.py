"""The words of the field, each with a sentence, a drawing and a source."""
