"""PDF files to be printed: questionnaires, posters and letters, with a Chinese font of our own."""
