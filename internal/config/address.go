package config

import (
	"net/mail"
	"strings"
)

// Address is a channel or a person on a connection, written connection/id.
type Address struct {
	Connection ConnectionName
	ID         string
}

// String is the address as it is written.
func (a Address) String() string { return string(a.Connection) + "/" + a.ID }

func (a *Address) parse(text string) error {
	connection, id, found := strings.Cut(text, "/")
	if !found || connection == "" || !isWord(id) {
		return problem{"is no address", "write connection/id, as in amherst/C0123ABCD"}
	}
	a.Connection, a.ID = ConnectionName(connection), id
	return nil
}

// PrincipalKind says what a Principal names.
type PrincipalKind string

// The kinds of principals: a person on any platform; a user group of Slack; a
// role of Discord; a team of Microsoft Teams.
const (
	User  PrincipalKind = "user"
	Group PrincipalKind = "group"
	Role  PrincipalKind = "role"
	Team  PrincipalKind = "team"
)

// Principal is a person or a group of people who may do something, written
// connection/user, connection/group:ID (Slack), connection/role:ID (Discord) or
// connection/team:ID (Teams).
type Principal struct {
	Connection ConnectionName
	Kind       PrincipalKind
	ID         string
}

// String is the principal as it is written.
func (p Principal) String() string {
	if p.Kind == User {
		return string(p.Connection) + "/" + p.ID
	}
	return string(p.Connection) + "/" + string(p.Kind) + ":" + p.ID
}

func (p *Principal) parse(text string) error {
	var address Address
	if err := address.parse(text); err != nil {
		return problem{"names nobody", "write connection/user, connection/group:ID on Slack, connection/role:ID on Discord or connection/team:ID on Teams"}
	}
	p.Connection, p.Kind, p.ID = address.Connection, User, address.ID
	kind, id, found := strings.Cut(address.ID, ":")
	if !found {
		return nil
	}
	p.Kind, p.ID = PrincipalKind(kind), id
	switch {
	case p.Kind != Group && p.Kind != Role && p.Kind != Team:
		return problem{"names neither a person nor group:, role: or team:", nearest(kind, []string{"group", "role", "team"})}
	case !isWord(id):
		return problem{"has no id after the colon", "write it as in amherst/group:S0123ABCD"}
	}
	return nil
}

// Who is a person or a channel on a connection, or somebody's e-mail address.
type Who struct {
	// Address is set unless Email is.
	Address Address
	// Email is an e-mail address, or "".
	Email string
}

func (w *Who) parse(text string) error {
	if w.Address.parse(text) == nil {
		return nil
	}
	got, err := mail.ParseAddress(text)
	if err != nil || got.Address != text {
		return problem{"is nobody to reach", "write connection/id, as in amherst/U0123ABCD, or an e-mail address"}
	}
	w.Email = text
	return nil
}

// isWord reports whether text is one word that can be printed.
func isWord(text string) bool {
	return text != "" && len(strings.Fields(text)) == 1 && strings.TrimSpace(text) == text
}
