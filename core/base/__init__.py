"""What everything is made of: values, their texts, problems, bundled files, long work in slices."""
