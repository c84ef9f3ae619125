"""Own what an answer says: automatic or not, its new words, wishes, dates and interest."""
