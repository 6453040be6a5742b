"""The pure core: content in, decisions and words out. Nothing here does I/O, tells the time or draws lots.

A room imports only rooms that stand below it::

    proofs         what is proved of content and menus
    conversation   one turn
    wording        meaning -> text
    understanding  text -> meaning
    people         what is known of a person
    menu           the compiler and its menus
    content        the content as data
"""
