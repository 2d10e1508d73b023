"""The main text of a web page, by blocks and a small model.

Read ``extractor.py`` first; ``compile_model.py`` fits the model, and MODEL.md says what it is.
"""
