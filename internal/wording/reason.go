package wording

import "regexp"

// reasonsOf are what adapters say of why a send failed or nothing is heard, where a part of
// it differs. They say it in English, as they log it.
func reasonsOf() []string {
	return []string{
		"the bot lacks %s",
		"Discord cannot be reached: %s", "Discord answers %s", "Discord's gateway cannot be reached: %s", "Discord's gateway answers %s",
		"Discord speaks version %s of its gateway no more: a newer Belltower is needed",
		"the connection broke off: %s", "bot_token is of the application %s, not of application_id",
		"Slack cannot be reached: %s", "Slack answers %s", "Slack gives no socket (%s)",
		"Slack refuses app_token (%s): make a new App-Level Token with the scope connections:write",
		"no token: HTTP %s", "no token: %s (is app_secret right, and has it not run out?)",
	}
}

// reasonCode is the number that Discord gives a reason.
var reasonCode = regexp.MustCompile(` \([0-9]+\)$`)

// reason is why a send failed, or why nothing is heard. What only the platform says stays
// as it is.
func (c Context) reason(english string) string {
	code := reasonCode.FindString(english)
	return c.retold(english[:len(english)-len(code)], reasonsOf()) + code
}
