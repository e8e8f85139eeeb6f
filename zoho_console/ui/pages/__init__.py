"""One widget a page; pages do not know each other."""
