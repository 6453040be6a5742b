"""The pure core: content in, decisions and words out. Nothing here does I/O, tells the time or draws lots."""
