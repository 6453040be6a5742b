"""What is proved of content and menus, and what shows them to a reader."""
