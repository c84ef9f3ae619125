"""The local stand-in for Google's OAuth endpoints, and for the web app that signs user tokens."""
