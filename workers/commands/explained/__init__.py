"""What ``copydesk explain`` knows of one article, as a page and as lines on the terminal."""
