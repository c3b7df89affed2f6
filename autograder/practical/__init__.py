"""What a practical is made of: its files, notebooks, cells, outputs, digests and bank."""
