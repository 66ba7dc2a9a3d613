"""One file per experiment: intervals and pictures of what the papers show, with nothing claimed and nothing judged."""
