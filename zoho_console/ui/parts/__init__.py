"""Parts that pages share: header, cards, tables, notices, rail, status bar."""
