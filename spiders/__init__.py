"""The spiders of Khabar, and the site definitions that drive them."""
