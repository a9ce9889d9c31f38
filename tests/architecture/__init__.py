"""What holds for the code as a whole: sizes, names, who may do what, the schema's form."""
