"""Images and videos of an article, with captions and credits."""
