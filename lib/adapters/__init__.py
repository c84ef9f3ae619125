"""One file an outside service; the only importers of google.*, tink, boto3 and the like."""
