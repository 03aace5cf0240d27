// Package desk is what a service desk talks about and the rules of it:
// services, incidents, subscriptions, announcements, and who may do what.
//
// Everything here is pure: no I/O, no clock, no logger, no goroutine; time is a
// parameter, and all times are UTC. It imports nothing of the project. Rules
// take a state by value and answer with the state after, so that a caller may
// run them again. What they refuse is a *Refusal, whose sentence is made for
// the person who typed.
package desk

import (
	"fmt"
	"strconv"
	"strings"
)

// ConnectionName names one configured Slack workspace, Teams tenant or Discord
// application. It has no slash.
type ConnectionName string

// Local is the connection of commands given on the host itself.
const Local ConnectionName = "local"

// ServiceID names a service in commands: lowercase letters, digits, dashes.
type ServiceID string

// GroupName names a group of services, as the configuration spells it.
type GroupName string

// Channel is the address of a channel: "amherst/C0123ABCD". The part behind the
// first slash is the platform's own id. The zero Channel is no channel.
type Channel struct {
	Connection ConnectionName
	ID         string
}

// ParseChannel reads "connection/id". It refuses what lacks either part.
func ParseChannel(s string) (Channel, error) {
	conn, id, err := splitAddress(s)
	return Channel{Connection: conn, ID: id}, err
}

func (c Channel) String() string { return joinAddress(c.Connection, c.ID) }

// IsZero reports whether c is no channel.
func (c Channel) IsZero() bool { return c == Channel{} }

// MarshalText writes c as String does; the zero Channel is empty.
func (c Channel) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *Channel) UnmarshalText(b []byte) (err error) {
	c.Connection, c.ID, err = unmarshalAddress(b)
	return err
}

// Person is the address of a person: "amherst/U0123ABCD". The zero Person is
// nobody (the bot itself).
type Person struct {
	Connection ConnectionName
	ID         string
}

// ParsePerson reads "connection/id". It refuses what lacks either part.
func ParsePerson(s string) (Person, error) {
	conn, id, err := splitAddress(s)
	return Person{Connection: conn, ID: id}, err
}

func (p Person) String() string { return joinAddress(p.Connection, p.ID) }

// IsZero reports whether p is nobody.
func (p Person) IsZero() bool { return p == Person{} }

// MarshalText writes p as String does; the zero Person is empty.
func (p Person) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (p *Person) UnmarshalText(b []byte) (err error) {
	p.Connection, p.ID, err = unmarshalAddress(b)
	return err
}

func joinAddress(conn ConnectionName, id string) string {
	if conn == "" && id == "" {
		return ""
	}
	return string(conn) + "/" + id
}

func splitAddress(s string) (ConnectionName, string, error) {
	conn, id, ok := strings.Cut(s, "/")
	if !ok || conn == "" || id == "" {
		return "", "", fmt.Errorf("%q is not an address: write connection/id, like amherst/C0123ABCD", s)
	}
	return ConnectionName(conn), id, nil
}

func unmarshalAddress(b []byte) (ConnectionName, string, error) {
	if len(b) == 0 {
		return "", "", nil
	}
	return splitAddress(string(b))
}

// SubjectKind is what a post can be about.
type SubjectKind string

// The kinds of subject. A notice is one thing that only ops channels are told
// (a channel is gone, the bot was away), or one channel (what it missed).
const (
	IncidentSubject SubjectKind = "INC"
	WindowSubject   SubjectKind = "WIN"
	AlertSubject    SubjectKind = "ALR"
	NoticeSubject   SubjectKind = "OPS"
)

func (k SubjectKind) known() bool {
	return k == IncidentSubject || k == WindowSubject || k == AlertSubject || k == NoticeSubject
}

// Subject is what posts are about: "INC-42".
type Subject struct {
	Kind   SubjectKind
	Number int
}

// ParseSubject reads what String writes.
func ParseSubject(s string) (Subject, error) {
	kind, num, ok := strings.Cut(s, "-")
	n, err := strconv.Atoi(num)
	if !ok || err != nil || n < 1 || !SubjectKind(kind).known() {
		return Subject{}, fmt.Errorf("%q is not a subject: write it like INC-42", s)
	}
	return Subject{Kind: SubjectKind(kind), Number: n}, nil
}

func (s Subject) String() string {
	if s.Kind == "" {
		return ""
	}
	return string(s.Kind) + "-" + strconv.Itoa(s.Number)
}

// MarshalText writes s as String does.
func (s Subject) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Subject) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*s = Subject{}
		return nil
	}
	*s, err = ParseSubject(string(b))
	return err
}
