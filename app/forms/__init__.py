"""What is asked: forms, versions, submissions, OpenRosa, the phone page."""
