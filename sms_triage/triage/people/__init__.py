"""What is known of a person: her session, her case, her follow-up; a health worker and her patients."""
