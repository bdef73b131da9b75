"""Files of questions: bytes in, question drafts and a list of problems out; and back."""
