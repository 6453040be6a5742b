"""Questions of the service's own, as the content names them; what is chosen in them is no finding."""

RESUME = "resume"
TIME = "time"
PIN = "pin"
HOME, CONSENT, LABEL, PATIENT, CONFIRM, OUTCOME = "home", "consent", "label", "patient", "confirm", "outcome"
THIS_PATIENT, STOP_WHICH = "this_patient", "stop_which"

OWN = (RESUME, TIME, PIN, HOME, CONSENT, LABEL, PATIENT, CONFIRM, OUTCOME, THIS_PATIENT, STOP_WHICH)
"""Those that are written in the YAML; the content itself names those of check-ins."""

PIN_ASK, FIND, PHONE = "pin_ask", "find", "phone"
TOPIC = "topic"
LANGUAGE = "language"
EPISODE = "episode"
RESULT = "result"

RESERVED = (PIN_ASK, FIND, PHONE, TOPIC, LANGUAGE, EPISODE, RESULT)
"""Those that are made of texts, of the topics, of the languages, of other questions, and of what stands below a
result."""
