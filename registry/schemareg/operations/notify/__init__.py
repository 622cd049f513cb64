"""Use cases of notification: plan, send, record, resend."""
