"""To whom, when, and how often: recipient and country, consent phase and foreground, counts and intervals."""
