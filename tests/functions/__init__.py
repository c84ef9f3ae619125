"""Show each function in the shape in which it deploys."""
