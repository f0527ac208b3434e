"""What a customer will bring, judged by hindsight and against its cost."""
