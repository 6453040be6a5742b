"""The web process: webhooks of the providers, health for the operator, a phone for the newcomer."""
