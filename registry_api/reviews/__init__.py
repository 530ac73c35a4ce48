"""Cases in the hands of reviewers: who has taken one, and by when it falls due."""
