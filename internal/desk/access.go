package desk

import "slices"

// Role is what a person may do; each role includes those before it.
type Role int

// The roles.
const (
	Guest Role = iota
	Anyone
	Responder
	Admin
)

func (r Role) String() string {
	return [...]string{"guest", "anyone", "responder", "admin"}[r]
}

// Actor is who asks, as the platform vouches for them.
type Actor struct {
	Person Person
	// Groups are memberships in the form of the access list without the
	// connection: "group:S0ONCALL", "role:991", "team:ID".
	Groups []string
	Guest  bool
	// Manages: the actor manages the channel that is asked about.
	Manages bool
	// Direct: the actor asks in a direct message with the bot, about it.
	Direct bool
}

// Access says who is responder and admin, as addresses: a person
// ("amherst/U0ADMIN") or a membership ("amherst/group:S0ONCALL").
type Access struct {
	Admins     []Person
	Responders []Person
}

// Missing reports whether nobody is named, so that nobody may change anything
// but on the host itself.
func (a Access) Missing() bool { return len(a.Admins) == 0 && len(a.Responders) == 0 }

// RoleOf tells an actor's role. Who commands on the host is admin: the socket
// belongs to the account that runs the bot.
func (a Access) RoleOf(who Actor) Role {
	switch {
	case who.Person.Connection == Local:
		return Admin
	case who.Guest:
		return Guest
	case who.in(a.Admins):
		return Admin
	case who.in(a.Responders):
		return Responder
	}
	return Anyone
}

func (who Actor) in(list []Person) bool { return slices.ContainsFunc(list, who.is) }

// is reports whether an entry of the access list is the actor or a group of theirs.
func (who Actor) is(p Person) bool {
	return p.Connection == who.Person.Connection && (p.ID == who.Person.ID || slices.Contains(who.Groups, p.ID))
}

// Grants lists the entries of the access list that give an actor their role.
func (a Access) Grants(who Actor) []Person {
	list := a.Responders
	switch a.RoleOf(who) {
	case Admin:
		list = a.Admins
	case Responder:
	default:
		return nil
	}
	return slices.DeleteFunc(slices.Clone(list), func(p Person) bool { return !who.is(p) })
}

// Deed is one kind of thing that people do.
type Deed string

// The deeds that need different roles.
const (
	// Read: help, whoami, why, status, lists and public texts.
	Read Deed = "read"
	// ReadStaff: timelines with notes, deliveries.
	ReadStaff Deed = "read what is for staff"
	// Respond: declare, update, and all that changes incidents and windows.
	Respond Deed = "change incidents and planned work"
	// Follow: add a subscription of the channel where it is typed.
	Follow Deed = "subscribe this channel"
	// FollowProbes: subscribe to probes.
	FollowProbes Deed = "subscribe to probes"
	// FollowElsewhere: subscribe another channel by its address.
	FollowElsewhere Deed = "subscribe another channel"
	// Administer: audit, access, hold, release.
	Administer Deed = "hold and release posts, or read the audit and the access list"
)

// needs tells the least role for a deed; an unknown one takes an admin.
func (d Deed) needs() Role {
	switch d {
	case Read:
		return Guest
	case Follow:
		return Anyone
	case ReadStaff, Respond, FollowProbes, FollowElsewhere:
		return Responder
	}
	return Admin
}

// May refuses with a sentence what the actor's role does not allow.
func (a Access) May(who Actor, d Deed) error {
	need := d.needs()
	if a.Missing() && need >= Anyone && who.Person.Connection != Local {
		return Refuse(Forbidden, "Nobody may change anything yet: the configuration names no responders.").
			WithHint("belltower whoami prints the line to paste.")
	}
	if a.RoleOf(who) >= need {
		return nil
	}
	return Refuse(Forbidden, "Only %s may %s.", need.plural(), Term(d)).
		WithHint("belltower whoami shows what you may do.")
}

func (r Role) plural() Term {
	return [...]Term{"guests", "members of this workspace", "responders", "admins"}[r]
}

// MayLoosen refuses to narrow or remove a subscription unless the actor set it,
// is a responder, manages the channel, or asks in their own direct message.
func (a Access) MayLoosen(who Actor, sub Subscription) error {
	if err := a.May(who, Follow); err != nil {
		return err
	}
	if sub.SetBy == who.Person || who.Manages || who.Direct || a.RoleOf(who) >= Responder {
		return nil
	}
	return Refuse(Forbidden, "Only who set this subscription, a responder, or a manager of the channel may narrow or remove it.")
}

// Narrows reports whether next hears less than s does.
func (s Subscription) Narrows(next Subscription) bool {
	if next.Least.Rank() > s.Least.Rank() && next.Least.Rank() > Minor.Rank() {
		return true
	}
	if next.Manner.rank() < s.Manner.rank() || next.Hours.quieter(s.Hours) {
		return true
	}
	for _, t := range Topics() {
		if s.Hears(t) && !next.Hears(t) {
			return true
		}
	}
	return false
}
