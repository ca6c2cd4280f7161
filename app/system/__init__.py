"""What the program has to do with the system it runs on: files, what Qt needs, versions, exit statuses."""
