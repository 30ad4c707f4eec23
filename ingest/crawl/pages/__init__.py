"""Single pages of any hosts: fetch or explain them, with the headers that an operator gives."""
