"""The pages: server-rendered, readable without script, nothing from elsewhere."""
