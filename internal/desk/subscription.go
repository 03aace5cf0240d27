package desk

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Topic is a kind of thing that a channel can hear of.
type Topic string

// The topics. A subscription that names none hears incidents and windows.
const (
	TopicIncidents Topic = "incidents"
	TopicWindows   Topic = "windows"
	TopicProbes    Topic = "probes"
	// TopicDigest is the list of a week's planned work.
	TopicDigest Topic = "digest"
)

// Topics lists all topics.
func Topics() []Topic { return []Topic{TopicIncidents, TopicWindows, TopicProbes, TopicDigest} }

// TargetKind is what a target is.
type TargetKind string

// The kinds of target. The most specific beats the others.
const (
	TargetService TargetKind = "service"
	TargetGroup   TargetKind = "group"
	TargetAll     TargetKind = "all"
)

// Target is what a channel subscribes to: a service, a group, or all.
type Target struct {
	Kind TargetKind
	Name string // the service's id or the group's name; empty for all
}

// All is the target of everything.
func All() Target { return Target{Kind: TargetAll} }

// ServiceTarget is the target of one service.
func ServiceTarget(id ServiceID) Target { return Target{Kind: TargetService, Name: string(id)} }

// GroupTarget is the target of one group.
func GroupTarget(g GroupName) Target { return Target{Kind: TargetGroup, Name: string(g)} }

// MarshalText writes "service:learn", "group:Teaching" or "all".
func (t Target) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (t *Target) UnmarshalText(b []byte) error {
	kind, name, _ := strings.Cut(string(b), ":")
	switch k := TargetKind(kind); k {
	case TargetService, TargetGroup, TargetAll:
		*t = Target{Kind: k, Name: name}
		return nil
	}
	return fmt.Errorf("%q is not a target", b)
}

// String is the form that is stored: "service:learn".
func (t Target) String() string {
	if t.Kind == TargetAll {
		return string(TargetAll)
	}
	return string(t.Kind) + ":" + t.Name
}

// FindTarget reads what people type: "all", a service's id, name or alias, or a group.
func (c *Catalog) FindTarget(word string) (Target, bool) {
	if strings.EqualFold(word, string(TargetAll)) {
		return All(), true
	}
	if s, ok := c.Find(word); ok {
		return ServiceTarget(s.ID), true
	}
	if g, ok := c.Group(word); ok {
		return GroupTarget(g), true
	}
	return Target{}, false
}

// TargetsOf lists the targets whose subscribers a scope may concern: its services,
// their groups, all.
func (c *Catalog) TargetsOf(services []ServiceID) []Target {
	var out []Target
	for _, id := range services {
		out = appendNew(out, ServiceTarget(id))
		if s, ok := c.Find(string(id)); ok && s.Group != "" {
			out = appendNew(out, GroupTarget(s.Group))
		}
	}
	return append(out, All())
}

func appendNew(ts []Target, t Target) []Target {
	if slices.Contains(ts, t) {
		return ts
	}
	return append(ts, t)
}

// Subscription is a channel's wish to hear of a target.
type Subscription struct {
	Channel Channel
	Target  Target
	// Topics are what it hears of; empty: incidents and windows.
	Topics []Topic `json:",omitempty"`
	// Least is the least impact of incidents that it hears of; empty: any.
	Least Impact `json:",omitempty"`
	// Manner is how much is made of it.
	Manner Manner `json:",omitempty"`
	// Hours are its quiet hours; nil: none.
	Hours *Hours `json:",omitempty"`
	SetBy Person
	SetAt time.Time
}

// Hears reports whether the subscription is about the topic.
func (s Subscription) Hears(t Topic) bool {
	if len(s.Topics) == 0 {
		return t == TopicIncidents || t == TopicWindows
	}
	return slices.Contains(s.Topics, t)
}

// admits reports whether the subscription lets the scope through for one of the
// services its target covers.
func (s Subscription) admits(sc Scope) bool {
	if !s.Hears(sc.Topic) || (!sc.EndedAt.IsZero() && !s.SetAt.Before(sc.EndedAt)) {
		return false
	}
	return sc.Topic != TopicIncidents || sc.Impact.Rank() >= s.Least.Rank()
}

// Matches reports whether a channel with these subscriptions is to be told of
// the scope, as [Audience.Matches] does.
func (c *Catalog) Matches(subs []Subscription, sc Scope) bool {
	return c.AudienceOf(sc).Matches(subs)
}
