"""Coming into a course by oneself: by link, by code, by asking. Strangers make an account on the way."""
