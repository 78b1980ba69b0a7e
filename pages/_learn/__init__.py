"""The course and its glossary."""
