"""What a teacher needs: classes, their tallies, a place in the course as a link, pages to print."""
