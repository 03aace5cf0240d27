package config

import (
	"net/mail"
	"strings"

	"github.com/umassonline/belltower/internal/desk"
)

// setChannel reads connection/id.
func setChannel(c *desk.Channel, text string) *problem {
	channel, err := desk.ParseChannel(text)
	if err != nil || !isWord(channel.ID) {
		return &problem{"is no address", "write connection/id, as in amherst/C0123ABCD"}
	}
	*c = channel
	return nil
}

// setPrincipal reads a person or a group of people, as desk.Access wants them;
// checker.principal knows what each platform has.
func setPrincipal(p *desk.Person, text string) *problem {
	person, err := desk.ParsePerson(text)
	if err != nil || !isWord(person.ID) {
		return &problem{"names nobody", "write connection/user, connection/group:ID on Slack, connection/role:ID on Discord or connection/team:ID on Teams"}
	}
	*p = person
	return nil
}

// Who is a person or a channel on a connection, or somebody's e-mail address.
type Who struct {
	// Address is set unless Email is.
	Address desk.Channel
	// Email is an e-mail address, or "".
	Email string
}

func (w *Who) parse(text string) *problem {
	if setChannel(&w.Address, text) == nil {
		return nil
	}
	got, err := mail.ParseAddress(text)
	if err != nil || got.Address != text {
		return &problem{"is nobody to reach", "write connection/id, as in amherst/U0123ABCD, or an e-mail address"}
	}
	w.Email = text
	return nil
}

// isWord reports whether text is one word that can be printed.
func isWord(text string) bool {
	return text != "" && len(strings.Fields(text)) == 1 && strings.TrimSpace(text) == text
}
