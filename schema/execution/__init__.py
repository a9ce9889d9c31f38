"""The executor: operations run breadth first, a level at a time, from plans that are kept."""
