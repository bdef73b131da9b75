"""What a quiz's answers say about its questions and about the quiz, as pure functions."""
