"""The times of publication and modification."""
