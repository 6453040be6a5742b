"""The decision diagram: compiled from the content, written to menus/, walked by the service."""
