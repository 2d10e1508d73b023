"""Makes the models that the stage ships, from labelled text; see ``train.py`` beside this folder.

``corpus.py`` reads the files, ``variants.py`` writes sentences in other ways (another script, in
capitals), ``recipes.py`` says which model learns from what, ``network.py`` trains one and writes
it, and ``card.py`` describes it. Nothing here runs while articles are read.
"""
