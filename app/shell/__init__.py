"""The window around the views: commands, menus, files, dialogs, presenting, help."""
