"""Our definitions where people work: the same questions and answers for programs, under the rights of whoever asks."""
