"""To Overleaf, or any git remote, and back: a three-way sync that loses no line.

address    what people paste -> an address without secrets
git        the git program, and what its messages mean
clone      the hidden bare repository
threeway   last synced state, here, there -> what each file becomes (pure)
limits     what Overleaf takes, before anything is sent
edits      online edits of paperforge's own files, taken out as patches
state      what is remembered, what is under way, what was before
moment     the three states now, and what follows from them
sync       look, fetch, decide, send, write here
undo       the last sync, undone
trial      the paper compiled the way that Overleaf does
"""
