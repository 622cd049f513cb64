"""A Git-native schema registry for data products."""
