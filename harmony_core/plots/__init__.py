"""How results look: one style for every figure, and pure builders: arrays in, figures out.

Nothing here imports torch or streamlit.
"""
