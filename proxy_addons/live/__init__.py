"""What runs inside mitmproxy: each addon one small class with one concern. None may stop or delay the app's traffic."""
