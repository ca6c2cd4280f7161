"""Parts of a window that know nothing of Chainlight: fields, labels, icons, colours, keys that are held."""
