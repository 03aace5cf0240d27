package desk

import (
	"slices"
	"strings"
	"time"
)

// ServiceStatus is how a service does, in the words that staff use.
type ServiceStatus string

// The statuses of a service, from good to bad.
const (
	Operational         ServiceStatus = "operational"
	UnderMaintenance    ServiceStatus = "under_maintenance"
	DegradedPerformance ServiceStatus = "degraded_performance"
	PartialOutage       ServiceStatus = "partial_outage"
	MajorOutage         ServiceStatus = "major_outage"
)

// ServiceStatuses lists all statuses from good to bad.
func ServiceStatuses() []ServiceStatus {
	return []ServiceStatus{Operational, UnderMaintenance, DegradedPerformance, PartialOutage, MajorOutage}
}

// Rank orders statuses from good (0) to bad; an unknown one is -1.
func (s ServiceStatus) Rank() int { return slices.Index(ServiceStatuses(), s) }

// Worst returns the worse of two statuses.
func Worst(a, b ServiceStatus) ServiceStatus {
	if b.Rank() > a.Rank() {
		return b
	}
	return a
}

// Service is what people use.
type Service struct {
	ID           ServiceID
	Name         string
	Aliases      []string
	Group        GroupName
	Description  string
	Advice       string // for windows
	AdviceOutage string // for incidents
	// AdviceIn and AdviceOutageIn are these in other languages, by their primary
	// subtag: "es".
	AdviceIn       map[string]string
	AdviceOutageIn map[string]string
	DependsOn      []ServiceID
	// AutoDeclare is how long a failure must be seen before the bot declares an incident
	// by itself, of AutoImpact; 0: it never does. What nobody touched it resolves after
	// AutoResolveAfter of passes.
	AutoDeclare      time.Duration
	AutoImpact       Impact
	AutoResolveAfter time.Duration
	// URL is where people use it, for the way on from its sorry page; empty: not known.
	URL string
	// SorryPage: a sorry page may stand in its place.
	SorryPage bool
	// AutoGate: its gate closes by itself too, when our own probe and somebody else agree.
	AutoGate bool
}

// Catalog is the services in the order of the configuration. It does not change
// while in use: a new configuration brings a new Catalog. A nil *Catalog is empty.
type Catalog struct {
	services []Service
	spoken   [][]string // what each is called in a text, as othersNamed looks for it
	byWord   map[string]int
	groups   map[string]GroupName
}

// NewCatalog makes a catalog. Where a word means two services the first wins;
// the configuration refuses that before.
func NewCatalog(services []Service) *Catalog {
	c := &Catalog{services: slices.Clone(services), byWord: map[string]int{}, groups: map[string]GroupName{}}
	for i, s := range services {
		var spoken []string
		for _, w := range append([]string{string(s.ID), s.Name}, s.Aliases...) {
			c.addWord(w, i)
			spoken = append(spoken, " "+strings.ToLower(w)+" ")
		}
		c.spoken = append(c.spoken, spoken)
		if s.Group != "" {
			c.groups[strings.ToLower(string(s.Group))] = s.Group
		}
	}
	return c
}

func (c *Catalog) addWord(word string, i int) {
	word = strings.ToLower(word)
	if _, taken := c.byWord[word]; !taken {
		c.byWord[word] = i
	}
}

// Services lists all services in order.
func (c *Catalog) Services() []Service {
	if c == nil {
		return nil
	}
	return slices.Clone(c.services)
}

// Find returns the service of an id, a name or an alias, in any case.
func (c *Catalog) Find(word string) (Service, bool) {
	if c == nil {
		return Service{}, false
	}
	i, ok := c.byWord[strings.ToLower(word)]
	if !ok {
		return Service{}, false
	}
	return c.services[i], true
}

// Group returns the group's name as configured, for a name in any case.
func (c *Catalog) Group(word string) (GroupName, bool) {
	if c == nil {
		return "", false
	}
	g, ok := c.groups[strings.ToLower(word)]
	return g, ok
}

// Groups lists the groups in the order of their first service.
func (c *Catalog) Groups() []GroupName {
	var out []GroupName
	for _, s := range c.Services() {
		if s.Group != "" && !slices.Contains(out, s.Group) {
			out = append(out, s.Group)
		}
	}
	return out
}

// Words lists every word that Find and Group know, for nearest words and completion.
func (c *Catalog) Words() []string {
	var out []string
	for _, s := range c.Services() {
		out = append(out, string(s.ID))
		out = append(out, s.Aliases...)
	}
	for _, g := range c.Groups() {
		out = append(out, string(g))
	}
	return out
}

// Name returns the service's name, or its id where the catalog does not know it
// (a retired service is shown by the name its incident recorded).
func (c *Catalog) Name(id ServiceID) string {
	if s, ok := c.Find(string(id)); ok {
		return s.Name
	}
	return string(id)
}

// DependsOn reports whether a service needs another, by itself or by what it needs.
func (c *Catalog) DependsOn(id, other ServiceID) bool {
	if s, known := c.Find(string(id)); !known || id == other || len(s.DependsOn) == 0 {
		return false // as most: at no cost
	}
	return c.reaches(id, other, map[ServiceID]bool{})
}

// Needs lists what a service needs, by itself and by what it needs.
func (c *Catalog) Needs(id ServiceID) (out []ServiceID) {
	for _, s := range c.Services() {
		if c.DependsOn(id, s.ID) {
			out = append(out, s.ID)
		}
	}
	return out
}

// IsNeeded reports whether some service depends on id.
func (c *Catalog) IsNeeded(id ServiceID) bool {
	return c != nil && slices.ContainsFunc(c.services, func(s Service) bool { return c.DependsOn(s.ID, id) })
}

func (c *Catalog) reaches(id, other ServiceID, passed map[ServiceID]bool) bool {
	s, ok := c.Find(string(id))
	if !ok || passed[s.ID] {
		return false
	}
	passed[s.ID] = true
	return slices.ContainsFunc(s.DependsOn, func(next ServiceID) bool {
		return next == other || c.reaches(next, other, passed)
	})
}

// Health is what a service is at one moment and why.
type Health struct {
	Service Service
	Status  ServiceStatus
	Since   time.Time // of the oldest incident or window that counts; zero when operational
	Because []Incident
	// Windows are the running ones, and of these only where no incident counts.
	Windows []Window
	// Gate is that before it, where that is not open by the rule; for staff.
	Gate Gate
}

// HealthOf tells the status of every service of the catalog from the open incidents
// and the running windows. Drills and what has ended or was retracted change nothing;
// an incident beats a window.
func HealthOf(c *Catalog, open []Incident, running []Window) []Health {
	services := c.Services()
	out := make([]Health, len(services))
	for i, s := range services {
		out[i] = healthOf(s, open)
		if out[i].Status == Operational {
			out[i] = underWork(out[i], running)
		}
	}
	return out
}

func underWork(h Health, running []Window) Health {
	for _, w := range running {
		if !w.IsRunning() || !w.Concerns(h.Service.ID) {
			continue
		}
		h.Status = UnderMaintenance
		h.Windows = append(h.Windows, w)
		h.Since = earliest(h.Since, w.StartedAt)
	}
	return h
}

func healthOf(s Service, open []Incident) Health {
	h := Health{Service: s, Status: Operational}
	for _, inc := range open {
		st := inc.StatusOf(s.ID)
		if !inc.IsOpen() || inc.Drill || st == Operational {
			continue
		}
		h.Status = Worst(h.Status, st)
		h.Because = append(h.Because, inc)
		if h.Since.IsZero() || inc.BeganAt.Before(h.Since) {
			h.Since = inc.BeganAt
		}
	}
	return h
}
