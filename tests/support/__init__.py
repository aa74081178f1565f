"""What tests share: servers, workbooks, documents, and processes to run them in."""
