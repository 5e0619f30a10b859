"""Safe reading and writing of tables and workbooks: pure, knows nothing of the web or the database."""
