"""The sales process: leads converted, deals moved, every step in the history."""
