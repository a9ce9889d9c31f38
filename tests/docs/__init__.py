"""The pages are tested like code: what they say is asked of the server and of the code."""
