"""What the API does, asked over HTTP: records, lists, filters, amounts, events, messages."""
